import { expect, test } from "@jest/globals";
import { parseGraph, printGraph } from "@yolo-compile/ir";
import { expectSameOutputs, F16, smallGraphs } from "@yolo-compile/testkit";
import fc from "fast-check";
import { runPasses } from "./pass.js";
import { storeHalf } from "./store-half.js";

const TEXT = `graph t(%x: f32[1,8,4,4]) {
  %w = f32[32,8,1,1] random 1
  %b = f32[32] random 2
  %g = f32[1,32,4,4] random 3
  %c = Conv(%x, %w, %b) @ model.0.conv
  %d = Conv(%x, %w) @ model.1.conv
  %s = Add(%c, %d) @ model.2
  %y = Mul(%s, %g) @ model.3
  return %y
}`;

const GRAPH = parseGraph(TEXT);

test("a weight is stored once in float16 and cast where it is first used; small ones and other constants stay", () => {
  const { graph, rewrites } = runPasses(GRAPH, [storeHalf]);
  expect(printGraph(graph)).toMatchInlineSnapshot(`
"graph t(%x: f32[1,8,4,4]) {
  %w = f16[32,8,1,1] elided 7626c44a
  %b = f32[32] elided ff8bb13f
  %g = f32[1,32,4,4] elided 26185fc9
  %w/store-half = Cast(%w) {to=f32} : f32[32,8,1,1] @ model.0.conv [store-half]
  %c = Conv(%x, %w/store-half, %b) : f32[1,32,4,4] @ model.0.conv
  %d = Conv(%x, %w/store-half) : f32[1,32,4,4] @ model.1.conv
  %s = Add(%c, %d) : f32[1,32,4,4] @ model.2
  %y = Mul(%s, %g) : f32[1,32,4,4] @ model.3
  return %y
}"
`);
  expect(rewrites.map(({ paths }) => paths)).toEqual([["model.0.conv"]]);
});

test("a weight beyond float16 stays", () => {
  const graph = parseGraph(TEXT.replace("f32[32,8,1,1] random 1", "f32[32,8,1,1] splat 65505"));
  expect(runPasses(graph, [storeHalf]).rewrites).toEqual([]);
});

test("a refused rewrite leaves the graph as it is", () => {
  const { graph, rewrites } = runPasses(GRAPH, [storeHalf], { allows: () => false });
  expect([printGraph(graph), rewrites]).toEqual([printGraph(GRAPH), []]);
});

test("the answers are those of float32, as far as float16 weights go", async () => {
  await expectSameOutputs(GRAPH, runPasses(GRAPH, [storeHalf]).graph, F16);
  await fc.assert(
    fc.asyncProperty(smallGraphs(6), async (graph) => {
      await expectSameOutputs(graph, runPasses(graph, [storeHalf]).graph, F16);
    }),
    { seed: 1, numRuns: 30 },
  );
});
