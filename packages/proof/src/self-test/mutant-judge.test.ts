import { expect, test } from "@jest/globals";
import { type NumberKind, type OutputLayout, type Tensor, tensorOf } from "@yolo-compile/core";
import { type Graph, parseGraph } from "@yolo-compile/ir";
import { CPU, type ExpectedCase, type Tensors } from "@yolo-compile/runtime";
import { MutantJudge } from "./mutant-judge.js";

/** y = w x */
const scaledBy = (w: number): Graph =>
  parseGraph(`graph t(%x: f32[1,2]) { %w = f32[] {${w}}
    %y = Mul(%x, %w)
    return %y }`);

const both = (value: number): Tensor => tensorOf("f32", [1, 2], [value, value]);
const named = (name: string, value: number): Tensors => new Map([[name, both(value)]]);

/** An input at which the right graph answers `value`, and its answers to other last bits of the input and of the weights. */
const caseOf = (name: string, value: number, byInput: number, byConstants: number): ExpectedCase => ({
  input: { name, tensors: named("x", value) },
  outputs: named("y", value),
  shaken: async () => ({ byInput: [named("y", byInput)], byConstants: [named("y", byConstants)] }),
});

async function outcomeOf(w: number, kind: NumberKind, cases: readonly ExpectedCase[]) {
  const layouts: readonly OutputLayout[] = [{ output: "y", axis: 1, parts: [{ name: "values", kind, count: 2 }] }];
  const [plain, graph] = [scaledBy(1), scaledBy(w)];
  const compiled = { plain, optimized: plain, replaced: new Map() };
  const judge = await MutantJudge.open({ compiled, opset: 17, provider: CPU, cases, layouts });
  return judge.judge({ operator: "scale", where: "w", change: "w is off", graph, replaced: new Map() });
}

test("a mutant that shows only where last bits decide everything is faint, where they do not it survives", async () => {
  const silent = caseOf("silent", 0, 0, 0);
  const judged = (byInput: number) => outcomeOf(1.0005, "other", [silent, caseOf("loud", 1, byInput, 1.0001)]);
  expect(await judged(1.0002)).toMatchObject({ kind: "survived", sighting: { input: "loud" } });
  expect(await judged(1.5)).toEqual({ kind: "faint", share: 0 });
});

test("scores that differ by 5e-7 are one score, by 8e-7 they are two", async () => {
  const judged = (error: number) =>
    outcomeOf(1 - error, "probability", [caseOf("sure", 1 - 2 ** -20, 1, 1 - 2 ** -20)]);
  expect(await judged(4e-7)).toMatchObject({ kind: "faint" });
  expect(await judged(8e-7)).toMatchObject({ kind: "survived", sighting: { part: "values" } });
});
