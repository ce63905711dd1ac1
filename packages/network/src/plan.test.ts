import { describe, expect, test } from "@jest/globals";
import { defineModule, joinLibraries, moduleTable, planRepeating, planScaled, planUnchanged } from "./definition.js";
import { gainedRepeats, makeDivisible } from "./gains.js";
import { concat } from "./nn.js";
import { plainConfig } from "./plain-config.js";
import { planLayers } from "./plan.js";
import type { PyValue } from "./python.js";
import { TORCH_MODULES } from "./torch-modules.js";

/** Modules that plan as YOLOv5's do; no test builds them. */
const OWN = moduleTable({
  Scaled: defineModule({ type: "Scaled", signature: ["c1", "c2", "k"], plan: planScaled, build: (_, x) => x }),
  Repeating: defineModule({
    type: "Repeating",
    signature: ["c1", "c2", "n", "k"],
    plan: planRepeating,
    build: (_, x) => x,
  }),
  Same: defineModule({ type: "Same", signature: ["a", "b", "c", "d"], plan: planUnchanged, build: (_, x) => x }),
  Join: defineModule({
    type: "Join",
    signature: ["dimension"],
    inputs: "many",
    plan: ({ args, inputs }) => ({ args, channels: inputs.reduce((sum, c) => sum + c, 0), copies: 1 }),
    build: (scope, xs) => concat(scope, xs),
  }),
  Levels: defineModule({
    type: "Levels",
    signature: ["channels"],
    plan: ({ args }) => ({ args, channels: args[0] as number[], copies: 1 }), // the test's rows give a list
    build: (_, x) => [x, x, x],
  }),
});
const MODULES = joinLibraries([
  TORCH_MODULES,
  OWN,
  // A family may know more names than it can list.
  { get: (name) => (name.startsWith("any_") ? OWN.get("Same") : undefined), keys: () => [] },
]);

const linesOf = (rows: string): string[] =>
  rows
    .trim()
    .split("\n")
    .map((row) => row.trim());

const plan = (rows: string, gains: Parameters<typeof plainConfig>[1] = {}) =>
  planLayers(plainConfig(linesOf(rows), gains), MODULES);

test.each([
  [3, 0.5, 2],
  [5, 0.5, 2],
  [7, 0.5, 4],
  [9, 0.33, 3],
  [9, 1.33, 12],
  [2, 0.25, 1],
  [3, 0.1, 1],
  [1, 0.1, 1],
  [0, 1, 0],
])("%i repeats with a gain of %d are %i, as Python rounds", (repeats, gain, gained) => {
  expect(gainedRepeats(repeats, gain)).toBe(gained);
});

test.each([
  [64, 8, 64],
  [64.1, 8, 72],
  [1, 8, 8],
  [0.5, 8, 8],
])("%d is made divisible by %i upwards: %i", (value, divisor, made) => {
  expect(makeDivisible(value, divisor)).toBe(made);
});

describe("channels and repeats", () => {
  test("output channels are scaled by the width, arguments behind them stay", () => {
    const [layer] = plan("[-1, 3, Scaled, [64, 5]]", { width: 0.3, depth: 0.5 });
    expect(layer).toMatchObject({ repeats: 2, plan: { args: [3, 24, 5], channels: 24, copies: 2 } });
  });

  test("those that the family exempts are not", () => {
    const outputChannels = (wanted: number): number => (wanted === 21 ? 21 : 8);
    expect(plan("[-1, 1, Scaled, [21]]", { outputChannels })[0]!.plan.channels).toBe(21);
    expect(plan("[-1, 1, Scaled, [22]]", { outputChannels })[0]!.plan.channels).toBe(8);
  });

  test("a module that repeats inside is told how often", () => {
    const [layer] = plan("[-1, 9, Repeating, [64, 5]]", { depth: 0.33 });
    expect(layer).toMatchObject({ repeats: 3, plan: { args: [3, 64, 3, 5], copies: 1 } });
  });

  test("any other keeps its arguments, and the channels of its input", () => {
    const [, layer] = plan("[-1, 1, Scaled, [8]]\n[-1, 2, Same, [64]]");
    expect(layer).toMatchObject({ plan: { args: [64], channels: 8, copies: 2 } });
  });

  test("nn.BatchNorm2d leaves the channels of the row before it", () => {
    const layers = plan("[-1, 1, Scaled, [8]]\n[-1, 1, Scaled, [16]]\n[0, 1, nn.BatchNorm2d, [1]]");
    expect(layers[2]!.plan).toMatchObject({ args: [8], channels: 16 });
  });

  test.each([["0"], ["-8"], ["x"], ["1000001"], ["None"], [".nan"]])("output channels of %s are refused", (c2) => {
    expect(() => plan(`[-1, 1, Scaled, [${c2}]]`)).toThrow("expected output channels (backbone[0])");
  });

  test("missing output channels are refused", () => {
    expect(() => plan("[-1, 1, Scaled, []]")).toThrow("Scaled: c2 is missing, expected output channels");
  });
});

describe("from", () => {
  test("counts from the row itself or from the first", () => {
    const layers = plan(
      "[-1, 1, Same, []]\n[-1, 1, Same, []]\n[0, 1, Same, []]\n[-2, 1, Same, []]\n[[-1, 1], 1, Join, []]",
    );
    expect(layers.map(({ sources }) => sources)).toEqual([[-1], [0], [0], [1], [3, 1]]);
  });

  test("a list of one suits a module that takes one", () => {
    expect(plan("[[-1], 1, Same, []]")[0]!.sources).toEqual([-1]);
    expect(() => plan("[-1, 1, Same, []]\n[[-1, 0], 1, Same, []]")).toThrow(
      "Same is given 2 inputs, it takes one (backbone[1])",
    );
  });

  test("what later rows make, or nobody, is refused", () => {
    expect(() => plan("[0, 1, Same, []]")).toThrow("`from` is 0, but only the image (-1) exist at this row");
    expect(() => plan("[-2, 1, Same, []]")).toThrow("`from` is -2, but only the image (-1)");
    const two = "[-1, 1, Same, []]\n[-1, 1, Same, []]\n";
    expect(() => plan(`${two}[2, 1, Same, []]`)).toThrow("`from` is 2, but only outputs -2 to 1 exist at this row");
    expect(() => plan(`${two}[-3, 1, Same, []]`)).toThrow("`from` is -3, but only outputs -2 to 1");
    expect(plan(`${two}[-2, 1, Same, []]`)[2]!.sources).toEqual([0]);
  });
});

describe("a backbone that returns a list", () => {
  const LEVELS = "[-1, 1, Levels, [[16, 24, 32]]]\n";

  test("fills the slots up to 4, later rows count from 5", () => {
    const layers = plan(`${LEVELS}[-1, 1, Scaled, [8]]\n[[2, 3, -1], 1, Join, []]\n[5, 1, Same, []]`);
    expect(layers.map(({ row, slot, sources }) => [row, slot, sources])).toEqual([
      [0, 4, [-1]],
      [1, 5, [4]],
      [2, 6, [2, 3, 5]],
      [3, 7, [5]],
    ]);
    expect(layers[2]!.plan.channels).toBe(16 + 24 + 8);
  });

  test("leaves the slots in front of it empty", () => {
    expect(() => plan(`${LEVELS}[1, 1, Same, []]`)).toThrow(
      "`from` points at output 1, which the backbone leaves empty; it fills 2, 3, 4 (backbone[1])",
    );
  });

  test("stands in the first row", () => {
    expect(() => plan("[-1, 1, Same, []]\n[-1, 1, Levels, [[8, 8, 8]]]")).toThrow(
      "a module that returns a list stands behind the first row",
    );
  });

  test("is the row before one that asks for its channels", () => {
    expect(plan(`${LEVELS}[-1, 1, nn.BatchNorm2d, []]`)[1]!.plan.channels).toBe(32);
  });
});

test("arguments are evaluated where they are expressions of names that the family knows", () => {
  const names = new Map<string, PyValue>([
    ["nc", 2],
    ["gw", { pyFloat: 0.25 }],
  ]);
  const args = (text: string): readonly PyValue[] => plan(`[-1, 1, Same, ${text}]`, { names })[0]!.plan.args;
  expect(args("[nc, gw, 'nc', nearest]")).toEqual([2, { pyFloat: 0.25 }, 2, "nearest"]);
  expect(args("[nn.ReLU(), 'torch.nn.ReLU()', os.system(1), '[1, nc]']")).toEqual([
    { call: "nn.ReLU", args: [], keywords: new Map() },
    { call: "nn.ReLU", args: [], keywords: new Map() },
    "os.system(1)",
    [1, 2],
  ]);
});

test("a library may answer for names that it does not list", () => {
  expect(plan("[-1, 1, any_thing, []]")[0]).toMatchObject({ module: "any_thing", definition: { type: "Same" } });
});

test("a module has its name with and without torch in front, and a misspelt one its neighbour", () => {
  expect(plan("[-1, 1, torch.nn.ReLU, []]")[0]!.module).toBe("torch.nn.ReLU");
  expect(() => plan("[-1, 1, Scald, [8]]")).toThrow("Scald is not a known module - did you mean Scaled");
  expect(() => plan("[-1, 1, Zzzzzzzzzzzz, [8]]")).toThrow(
    "Zzzzzzzzzzzz is not a known module - `yolo-compile modules` lists what there is",
  );
  expect(() => plan("[-1, 1, constructor, [8]]")).toThrow("constructor is not a known module");
});

test("a yaml without rows is refused", () => {
  expect(() => planLayers(plainConfig([]), MODULES)).toThrow("m has no rows - backbone and head are both empty");
});
