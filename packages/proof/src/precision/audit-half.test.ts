import { expect, test } from "@jest/globals";
import { tensorOf } from "@yolo-compile/core";
import { type Node, parseGraph } from "@yolo-compile/ir";
import { auditHalf } from "./audit-half.js";

/** Measures a graph with one input of some numbers, for each of `inputs`. */
async function audit(text: string, ...inputs: readonly (readonly number[])[]) {
  const graph = parseGraph(text);
  const [input] = graph.inputs;
  const shape = input!.type.shape as number[];
  const found = await auditHalf(
    graph,
    inputs.map((numbers) => new Map([["x", tensorOf("f32", shape, numbers)]])),
  );
  const nodeOf = (op: string): Node => graph.nodes.find((node) => node.op === op)!;
  return {
    largest: (op: string) => found.largest.get(nodeOf(op).outputs[0]!),
    sum: (op: string) => found.sums.get(nodeOf(op)),
    loss: (op: string) => found.losses.get(nodeOf(op)),
    input: found.largest.get(input!),
  };
}

const HALVES = Array.from({ length: 8 }, (_, index) => 2 ** -index);

test("the largest magnitude of all inputs counts, that of the graph's inputs too", async () => {
  const found = await audit(
    `graph t(%x: f32[2]) {
      %k = f32[] splat 3
      %y = Mul(%x, %k) @ a
      return %y
    }`,
    [1, -2],
    [0.5, 1],
  );
  expect([found.input, found.largest("Mul")]).toEqual([2, 6]);
});

test("a mean adds up before it divides, and terms that cancel out count", async () => {
  const found = await audit(
    `graph t(%x: f32[1,1,2,2]) {
      %m = ReduceMean(%x) {axes=[2, 3]} @ a
      %p = GlobalAveragePool(%x) @ b
      %q = MatMul(%x, %x) @ c
      return %m, %p, %q
    }`,
    [100, -100, 200, 300],
  );
  expect([found.sum("ReduceMean"), found.sum("GlobalAveragePool"), found.sum("MatMul")]).toEqual([700, 700, 110000]);
});

test("rounding alone is a small loss, a difference of nearly equal numbers a large one", async () => {
  const found = await audit(
    `graph t(%x: f32[8]) {
      %k = f32[] splat 1000
      %e = Sigmoid(%x) @ a
      %a = Add(%x, %k) @ b
      %y = Sub(%a, %k) @ c
      return %e, %y
    }`,
    HALVES,
  );
  expect(found.loss("Sigmoid")).toBeLessThan(1e-3);
  expect(found.loss("Add")).toBeLessThan(1e-3);
  expect(found.loss("Sub")).toBeGreaterThan(0.1);
});

test("a constant that float16 rounds to zero is an infinite loss of what divides by it", async () => {
  const found = await audit(
    `graph t(%x: f32[8]) {
      %eps = f32[] splat 1e-15
      %y = Div(%x, %eps) @ a
      return %y
    }`,
    HALVES,
  );
  expect(found.loss("Div")).toBe(Number.POSITIVE_INFINITY);
});
