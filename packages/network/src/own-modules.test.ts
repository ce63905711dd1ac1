import { expect, test } from "@jest/globals";
import { defineModule, planUnchanged } from "./definition.js";
import { ownModules } from "./own-modules.js";

const OWN = defineModule({ type: "models.own.Same", signature: ["a"], plan: planUnchanged, build: (_, x) => x });

test("an object, a Map, and what has no prototype are tables of modules", () => {
  const bare = Object.assign(Object.create(null), { Same: OWN });
  for (const exported of [{ Same: OWN }, new Map([["Same", OWN]]), bare])
    expect(ownModules(exported, "own.mjs")).toEqual(new Map([["Same", OWN]]));
});

test.each([
  [undefined, "undefined"],
  [null, "null"],
  ["Same", "a string"],
  [7, "a number"],
  [() => OWN, "a function"],
  [[OWN], "a list"],
  [{}, "empty"],
  [new Map(), "empty"],
])("an export of %p is no table", (exported, found) => {
  expect(() => ownModules(exported, "own.mjs")).toThrow(
    `network/modules: own.mjs exports no modules: \`modules\`, or the default export, is ${found}`,
  );
});

test.each<[string, unknown]>([
  ["it is undefined, expected what defineModule gives", undefined],
  ["it is null, expected what defineModule gives", null],
  ["it is a function, expected what defineModule gives", () => OWN],
  ["its type is undefined, expected a text such as models.own.CBAM", {}],
  ["its type is a number, expected a text such as models.own.CBAM", { ...OWN, type: 7 }],
  ["its signature is undefined, expected a list of names", { ...OWN, signature: undefined }],
  ["its signature is a string, expected a list of names", { ...OWN, signature: "a" }],
  ["its signature is a list, expected a list of names", { ...OWN, signature: ["a", 1] }],
  ['its inputs are neither "one" nor "many"', { ...OWN, inputs: "two" }],
  ['its inputs are neither "one" nor "many"', { ...OWN, inputs: null }],
  ["its plan is a object, expected a function", { ...OWN, plan: {} }],
  ["its plan is undefined, expected a function", { ...OWN, plan: undefined }],
  ["its build is a string, expected a function", { ...OWN, build: "x" }],
  ["its outputs are no function", { ...OWN, outputs: [] }],
])("a definition is refused where %s", (problem, definition) => {
  expect(() => ownModules({ Same: OWN, Odd: definition }, "own.mjs")).toThrow(
    `network/definition: Odd in own.mjs is no module: ${problem}`,
  );
});

test("inputs may be said or not, outputs too", () => {
  for (const rest of [{}, { inputs: "one" }, { inputs: "many" }, { outputs: () => [] }, { signature: [] }])
    expect(ownModules({ Same: { ...OWN, ...rest } }, "own.mjs").size).toBe(1);
});
