import { expect, test } from "@jest/globals";
import { parseGraph, printGraph, verifyGraph } from "@yolo-compile/ir";
import { expectSameOutputs, F16, smallGraphs } from "@yolo-compile/testkit";
import fc from "fast-check";
import { toHalf } from "./to-half.js";

test("every node computes in float16, inputs and outputs stay float32", () => {
  const graph = parseGraph(`graph t(%x: f32[1,2,4,4]) {
    %w = f32[3,2,1,1] splat 0.5
    %s = f32[4] {1, 1, 2, 2}
    %c = Conv(%x, %w) @ model.0.conv
    %y = Resize(%c, _, %s) {mode="nearest"} @ model.1
    return %y
  }`);
  expect(printGraph(toHalf(graph))).toMatchInlineSnapshot(`
"graph t(%x: f32[1,2,4,4]) {
  %w = f16[3,2,1,1] splat 0.5
  %s = f32[4] {1, 1, 2, 2}
  %x/to-half = Cast(%x) {to=f16} : f16[1,2,4,4] @ "" [to-half]
  %c = Conv(%x/to-half, %w) : f16[1,3,4,4] @ model.0.conv [to-half]
  %y_1 = Resize(%c, _, %s) : f16[1,3,8,8] @ model.1 [to-half]
  %y = Cast(%y_1) {to=f32} : f32[1,3,8,8] @ "" [to-half]
  return %y
}"
`);
});

test("the answers are those of float32, as far as float16 goes", async () => {
  await fc.assert(
    fc.asyncProperty(smallGraphs(6), async (graph) => {
      // ONNX Runtime 1.30 does not load a Cast between two of the casts that it inserts itself.
      fc.pre(!graph.nodes.some(({ op }) => op === "Cast"));
      const half = toHalf(graph);
      verifyGraph(half);
      await expectSameOutputs(graph, half, F16);
    }),
    { seed: 1, numRuns: 100 },
  );
});
