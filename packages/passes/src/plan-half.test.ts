import { expect, test } from "@jest/globals";
import { type Graph, type Node, parseGraph } from "@yolo-compile/ir";
import { type HalfAudit, LARGEST_LOSS, planHalf } from "./plan-half.js";

const GRAPH = parseGraph(`graph t(%x: f32[1,2,4,4]) {
  %w = f32[2,2,1,1] random 1
  %a = Conv(%x, %w) @ model.0.conv
  %r = Reshape(%a) {shape=[1, 2, 16]} @ model.1
  %s = Softmax(%r) {axis=2} @ model.1
  %b = Reshape(%s) {shape=[1, 2, 4, 4]} @ model.1
  %c = Conv(%b, %w) @ model.12.conv
  %y = Sigmoid(%c) @ model.12
  return %y
}`);

const nodeOf = (op: string, graph: Graph = GRAPH): Node => graph.nodes.find((node) => node.op === op)!;

const NOTHING: HalfAudit = { largest: new Map(), sums: new Map(), losses: new Map() };

const kept = (graph: Graph, request: Parameters<typeof planHalf>[1]): string[] =>
  [...planHalf(graph, request).values()].map(({ node, cause }) => `${node.op} ${node.origin.path}: ${cause}`);

const ANSWER = "Sigmoid model.12: answer";

test("what stands behind the last convolution stays in float32", () => {
  expect(kept(GRAPH, {})).toEqual([ANSWER]);
});

test("ops, rows and paths are kept by name", () => {
  expect(kept(GRAPH, { keep: ["Softmax"] })).toEqual(["Softmax model.1: asked", ANSWER]);
  expect(kept(GRAPH, { keep: ["1"] })).toEqual([
    "Reshape model.1: asked",
    "Softmax model.1: asked",
    "Reshape model.1: asked",
    ANSWER,
  ]);
  expect(kept(GRAPH, { keep: ["model.12"] })).toEqual(["Conv model.12.conv: asked", "Sigmoid model.12: asked"]);
});

test("a word that names nothing is an error that says what there is", () => {
  expect(() => planHalf(GRAPH, { keep: ["Softmacks"] })).toThrow(
    /passes\/keep: Softmacks names no op, row or path of the graph - its ops are Conv, Reshape, Sigmoid, Softmax; .*model\.0/,
  );
});

test("what makes, adds up or reads more than half of the largest float16 stays", () => {
  const [conv] = GRAPH.nodes as [Node];
  const large = (size: number): HalfAudit => ({ ...NOTHING, largest: new Map([[conv.outputs[0]!, size]]) });
  expect(kept(GRAPH, { audit: large(32752) })).toEqual([ANSWER]);
  const plan = [...planHalf(GRAPH, { audit: large(32753) }).values()];
  expect(plan.map(({ node, reason }) => `${node.op}: ${reason}`).slice(0, 2)).toEqual([
    "Conv: it makes numbers up to 3.3e+4, and float16 ends at 6.6e+4",
    "Reshape: it reads numbers up to 3.3e+4, and float16 ends at 6.6e+4",
  ]);
  expect(kept(GRAPH, { audit: { ...NOTHING, sums: new Map([[conv, 1e5]]) } })[0]).toBe("Conv model.0.conv: overflow");
});

test("a weight that float16 cannot hold stays, with its node", () => {
  const graph = parseGraph(`graph t(%x: f32[2]) {
    %w = f32[2] splat 70000
    %y = Mul(%x, %w) @ a
    %i = f32[1,2] splat 1
    %z = Reshape(%y) {shape=[1, 2]} @ b
    %m = f32[2,2] splat 1
    %o = MatMul(%z, %m) @ c
    return %o
  }`);
  expect(kept(graph, {})).toEqual(["Mul a: overflow"]);
});

test("a node that loses too much stays, with those that make or move what it reads", () => {
  const loses = (loss: number): HalfAudit => ({ ...NOTHING, losses: new Map([[nodeOf("Softmax"), loss]]) });
  expect(kept(GRAPH, { audit: loses(LARGEST_LOSS) })).toEqual([ANSWER]);
  expect(kept(GRAPH, { audit: loses(0.01) })).toEqual([
    "Conv model.0.conv: loss",
    "Reshape model.1: loss",
    "Softmax model.1: loss",
    ANSWER,
  ]);
  const reasons = [...planHalf(GRAPH, { audit: loses(Number.POSITIVE_INFINITY) }).values()].map(({ reason }) => reason);
  expect(reasons[0]).toBe("rounding what Softmax reads makes infinities of what it makes");
});
