import { expect, test } from "@jest/globals";
import { toFloat64 } from "@yolo-compile/core";
import { type Graph, makersOf, type Node, parseGraph, printGraph, type Value } from "@yolo-compile/ir";
import { runGraph } from "@yolo-compile/testkit";
import type { Range } from "./affine.js";
import { runPasses } from "./pass.js";
import { planQuantized, type QuantizePlanRequest } from "./plan-quantized.js";
import { quantize } from "./quantize.js";

/** SiLU of a convolution, joined with its input's, in the middle of a network. */
const GRAPH = parseGraph(`graph t(%x: f32[1,1,64,64]) {
  %w = f32[4,1,8,8] random 1
  %u = f32[4,4,1,1] random 4
  %v = f32[4,8,3,3] random 2
  %b = f32[4] random 3
  %a = Conv(%x, %w, %b) {strides=[8, 8]} @ model.0.conv
  %s = Sigmoid(%a) @ model.0.act
  %m = Mul(%a, %s) @ model.0.act
  %p = MaxPool(%m) {kernel_shape=[3, 3], pads=[1, 1, 1, 1]} @ model.1
  %c = Concat(%m, %p) {axis=1} @ model.2
  %d = Conv(%c, %v) {pads=[1, 1, 1, 1]} @ model.3.conv
  %e = Conv(%d, %u) @ model.4
  return %e
}`);

const byHint = (graph: Graph, hint: string): Value =>
  graph.nodes.flatMap(({ outputs }) => outputs).find((value) => value.hint === hint)!;

/** A range for every value; `more` says which differ. */
const rangesOf = (graph: Graph, more: Readonly<Record<string, Range>> = {}) =>
  new Map(
    [...graph.inputs, ...graph.nodes.flatMap(({ outputs }) => outputs)].map((value): [Value, Range] => [
      value,
      more[value.hint] ?? { min: -4, max: 4 },
    ]),
  );

const planned = (request: Partial<QuantizePlanRequest> = {}, graph: Graph = GRAPH) =>
  planQuantized(graph, { ranges: rangesOf(graph), ...request });

const quantized = (graph: Graph, more?: Readonly<Record<string, Range>>) => {
  const ranges = rangesOf(graph, more);
  return runPasses(graph, [quantize({ ranges, nodes: planned({ ranges }, graph).nodes })]);
};

const pathsOf = (nodes: Iterable<Node>): string[] => [...nodes].map(({ op, origin }) => `${op} ${origin.path}`);

test("sums of products with weights are quantised, and what follows them, but not the last and the answer", () => {
  const { nodes, kept } = planned();
  expect(pathsOf(nodes)).toEqual([
    "Conv model.0.conv",
    "Sigmoid model.0.act",
    "Mul model.0.act",
    "MaxPool model.1",
    "Concat model.2",
    "Conv model.3.conv",
  ]);
  expect(kept.map(({ node, cause }) => `${node.origin.path}: ${cause}`)).toEqual(["model.4: answer"]);
});

test("what follows a node that stays in float32 stays too, up to the next weights", () => {
  const { nodes, kept } = planned({ keep: ["0"] });
  expect(pathsOf(nodes)).toEqual(["Conv model.3.conv"]);
  expect(kept.map(({ node, cause }) => `${node.origin.path}: ${cause}`)).toEqual([
    "model.0.conv: asked",
    "model.4: answer",
  ]);
  expect(() => planned({ keep: ["model.7"] })).toThrow("passes/keep: model.7 names no op, row or path of the graph");
});

test("maps of more than an eighth of the image's sides stay, and nodes that are beyond a budget", () => {
  const strided = parseGraph(`graph t(%x: f32[1,4,64,64]) {
    %w = f32[4,4,1,1] random 1
    %a = Conv(%x, %w) {strides=[4, 4]} @ a
    %b = Conv(%a, %w) {strides=[2, 2]} @ b
    %c = Conv(%b, %w) @ c
    %d = Conv(%c, %w) @ d
    return %d
  }`);
  const third = strided.nodes[2]!;
  const { nodes, kept } = planned({ ranges: rangesOf(strided), beyond: new Map([[third, "too far"]]) }, strided);
  expect(pathsOf(nodes)).toEqual(["Conv b"]);
  expect(kept.map(({ node, cause }) => `${node.origin.path}: ${cause}`)).toEqual([
    "a: large",
    "c: budget",
    "d: answer",
  ]);
});

test("a value without a range leaves its nodes in float32", () => {
  const ranges = rangesOf(GRAPH);
  ranges.delete(byHint(GRAPH, "a"));
  expect(pathsOf(planned({ ranges }).nodes)).toEqual(["Conv model.3.conv"]);
});

test("each quantised node reads integers and makes integers, weights have a scale a filter", () => {
  const { graph, rewrites } = quantized(GRAPH);
  expect(rewrites.length).toBe(6);
  const text = printGraph(graph);
  expect(text).toContain("%w = i8[4,1,8,8]");
  expect(text).toContain("%w/scale = f32[4]");
  expect(text).toContain("%b = i32[4]");
  const makers = makersOf(graph);
  const integers = graph.nodes.filter(({ op, origin }) => origin.rules.includes("quantize") && !op.endsWith("Linear"));
  for (const node of integers)
    expect(node.inputs.map((input) => input && makers.get(input)?.op)).toEqual(
      node.inputs.map(() => "DequantizeLinear"),
    );
  expect(integers.length).toBe(6);
});

/** Scales and zeros by the hint of the value that they are for. */
function scalesOf(graph: Graph): Map<string, string> {
  const quantizers = graph.nodes.filter(({ op }) => op === "QuantizeLinear");
  return new Map(
    quantizers.map(({ inputs: [x, scale, zero] }) => [
      x!.hint,
      `${toFloat64(scale!.constant!.read())[0]!.toFixed(4)} ${toFloat64(zero!.constant!.read())[0]}`,
    ]),
  );
}

test("what a Concat joins and what is only moved share a scale, which has room for all", () => {
  const scales = scalesOf(
    quantized(GRAPH, { m: { min: -1, max: 5 }, p: { min: 0, max: 2 }, c: { min: 0, max: 0 } }).graph,
  );
  expect(scales.get("m")).toBe("0.0235 42");
  expect([scales.get("p"), scales.get("c")]).toEqual([scales.get("m"), scales.get("m")]);
});

test("what a SiLU reads begins at -8, and a sigmoid is 0 to 1", () => {
  const scales = scalesOf(quantized(GRAPH, { a: { min: -100, max: 43 }, d: { min: -100, max: 155 } }).graph);
  expect(scales.get("a")).toBe("0.2000 40");
  expect(scales.get("s")).toBe("0.0039 0");
  expect(scales.get("d")).toBe("1.0000 100");
});

/** The ranges of all values for the noise that graphs are run on. */
async function measuredRanges(graph: Graph): Promise<Record<string, Range>> {
  const values = graph.nodes.flatMap(({ outputs }) => outputs);
  const outputs = values.map((value, index) => ({ name: `v${index}`, value }));
  const found = await runGraph({ ...graph, outputs });
  return Object.fromEntries(
    values.map(({ hint }, index) => {
      const numbers = toFloat64(found[index]!);
      return [hint, { min: Math.min(...numbers), max: Math.max(...numbers) }];
    }),
  );
}

test("the answers are those of float32, as far as 8 bits go", async () => {
  const [expected] = await runGraph(GRAPH);
  const { graph } = quantized(GRAPH, await measuredRanges(GRAPH));
  for (const level of ["disabled", "all"] as const) {
    const [found] = await runGraph(graph, { level });
    const errors = toFloat64(found!).map((each, at) => Math.abs(each - toFloat64(expected!)[at]!));
    expect(Math.max(...errors)).toBeLessThan(0.03 * Math.max(...toFloat64(expected!).map(Math.abs)));
  }
});

test("a refused node computes in float32 between integers", async () => {
  const ranges = rangesOf(GRAPH);
  const pass = quantize({ ranges, nodes: planned().nodes });
  const { graph } = runPasses(GRAPH, [pass], { allows: ({ paths }) => paths[0] !== "model.1" });
  const pool = graph.nodes.find(({ op }) => op === "MaxPool")!;
  expect(pool.origin.rules).toEqual([]);
  expect(graph.nodes.find(({ outputs }) => outputs[0] === pool.inputs[0])!.op).toBe("DequantizeLinear");
});
