import { expect, test } from "@jest/globals";
import { tensorOf, toFloat64 } from "@yolo-compile/core";
import { type Graph, parseGraph } from "@yolo-compile/ir";
import { runPasses, toHalf } from "@yolo-compile/passes";
import { expectSameOutputs, F16, runGraph, smallGraphs } from "@yolo-compile/testkit";
import fc from "fast-check";
import { roundedTwin } from "./rounded-twin.js";

const halved = (graph: Graph): Graph => runPasses(graph, [toHalf()]).graph;

const answersOf = async (graph: Graph, numbers: readonly number[]): Promise<number[]> => {
  const [found] = await runGraph(graph, { inputs: [tensorOf("f32", [numbers.length], numbers)] });
  return [...toFloat64(found!)];
};

test("each value is rounded, where ONNX Runtime on a CPU rounds no value between two nodes", async () => {
  const graph = halved(
    parseGraph(`graph t(%x: f32[2]) {
      %k = f32[] splat 512
      %a = Add(%x, %k) @ a
      %y = Sub(%a, %k) @ b
      return %y
    }`),
  );
  expect(await answersOf(roundedTwin(graph), [0.125, 1.75])).toEqual([0, 2]);
});

test("numbers beyond float16 are infinite", async () => {
  const graph = halved(
    parseGraph(`graph t(%x: f32[2]) {
      %k = f32[] splat 4096
      %a = Mul(%x, %k) @ a
      %y = Div(%a, %k) @ b
      return %y
    }`),
  );
  expect(await answersOf(roundedTwin(graph), [15, 16])).toEqual([15, Number.POSITIVE_INFINITY]);
});

test("the answers are those of float32, as far as float16 goes", async () => {
  await fc.assert(
    fc.asyncProperty(smallGraphs(6), async (graph) => {
      await expectSameOutputs(graph, roundedTwin(halved(graph)), F16);
    }),
    { seed: 1, numRuns: 50 },
  );
});
