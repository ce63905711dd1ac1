import { expect, test } from "@jest/globals";
import { sameType, type Tensor, toFloat64 } from "@yolo-compile/core";
import { constantValue, type Graph, type Node } from "./graph.js";
import { createNodeByName } from "./node.js";
import { OP_NAMES, schemaOf } from "./ops/index.js";
import { ELEMENTWISE_FOLDS } from "./testing/fold-elementwise.js";
import { MOVEMENT_FOLDS } from "./testing/fold-movement.js";
import { type Case, foldNodes, oneNode } from "./testing/one-node.js";
import { keepsOrder, opsWith, pixelwiseInputs, traitsOf } from "./traits.js";

const GRAPHS: readonly Graph[] = [...ELEMENTWISE_FOLDS, ...MOVEMENT_FOLDS]
  .filter(({ gives }: Case) => !gives.startsWith("ir/"))
  .map(({ node }) => oneNode("", node));

const nodeOf = (graph: Graph): Node => graph.nodes[0]!;
const input = (graph: Graph): Tensor => nodeOf(graph).inputs[0]!.constant!.read();
const sorted = (tensors: readonly Tensor[]): number[] => tensors.flatMap((tensor) => [...toFloat64(tensor)]).sort();
const having = (trait: (node: Node) => boolean): Graph[] => GRAPHS.filter((graph) => trait(nodeOf(graph)));
const names = (graphs: readonly Graph[]): string[] => [...new Set(graphs.map((graph) => nodeOf(graph).op))].sort();
const folding = (trait: (node: Pick<Node, "op">) => boolean): string[] =>
  OP_NAMES.filter((op) => schemaOf(op).fold && trait({ op })).sort();

test("unary ops give each element alone what they give it among others, in its element type", () => {
  const graphs = having((node) => traitsOf(node).elementwise === "unary");
  expect(names(graphs)).toEqual(folding((op) => traitsOf(op).elementwise === "unary"));
  for (const graph of graphs) {
    const [x, [y]] = [input(graph), foldNodes(graph) as [Tensor]];
    expect(sameType(x, y)).toBe(true);
    const alone = Array.from({ length: x.data.length }, (_, at) => {
      const element: Tensor = { dtype: x.dtype, shape: [], data: x.data.slice(at, at + 1) };
      const { op, attributes, origin } = nodeOf(graph);
      const node = createNodeByName({ op, inputs: [constantValue(element, "x")], attributes, origin });
      return toFloat64(foldNodes({ ...graph, nodes: [node] })[0]!)[0]!;
    });
    expect(alone).toEqual([...toFloat64(y)]);
  }
});

test("binary ops take two inputs of one type to that type", () => {
  const graphs = having((node) => traitsOf(node).elementwise === "binary");
  expect(names(graphs)).toEqual(folding((op) => traitsOf(op).elementwise === "binary"));
  for (const graph of graphs) {
    const dtypes = nodeOf(graph).inputs.map((value) => value!.type.dtype);
    expect(dtypes).toEqual([nodeOf(graph).outputs[0]!.type.dtype, nodeOf(graph).outputs[0]!.type.dtype]);
  }
});

test("ops that move elements give elements of input 0, all of them where they say so", () => {
  const graphs = having((node) => traitsOf(node).moves !== undefined);
  expect(names(graphs)).toEqual(folding((op) => traitsOf(op).moves !== undefined));
  for (const graph of graphs) {
    const [x, outputs] = [input(graph), foldNodes(graph)];
    if (traitsOf(nodeOf(graph)).moves === "each") expect(sorted(outputs)).toEqual(sorted([x]));
    else expect(new Set(sorted([x]))).toEqual(new Set([...sorted([x]), ...sorted(outputs)]));
  }
});

test("what keeps the order has the elements of input 0", () => {
  const graphs = having(keepsOrder);
  expect(names(graphs)).toEqual(["Flatten", "Identity", "Reshape", "Squeeze", "Unsqueeze"]);
  for (const graph of graphs) {
    const [y, ...others] = foldNodes(graph);
    expect([...y!.data]).toEqual([...input(graph).data]);
    expect([y!.dtype, others]).toEqual([input(graph).dtype, []]);
  }
});

test.each([
  ["Cast(%x) {to=f32}", true],
  ["Cast(%x) {to=f16}", false],
  ["Concat(%x) {axis=0}", true],
  ["Concat(%x, %x) {axis=0}", false],
  ["Expand(%x) {shape=[1]}", true],
  ["Expand(%x) {shape=[2, 2, 2]}", false],
  ["Pad(%x) {pads=[0, 0, 0, 0]}", true],
  ["Pad(%x) {pads=[1, 1, 1, 1]}", false],
  ["Slice(%x) {starts=[0], ends=[2], axes=[1]}", true],
  ["Slice(%x) {starts=[1], ends=[2], axes=[1]}", false],
  ["Slice(%x) {starts=[0], ends=[2], axes=[1], steps=[2]}", false],
  ["Split(%x) {sizes=[2]}", true],
  ["Transpose(%x) {perm=[0, 1]}", true],
  ["Transpose(%x) {perm=[1, 0]}", false],
])("whether the order is kept depends on the node: %s", (node, keeps) => {
  expect(keepsOrder(nodeOf(oneNode("%x: f32[2,2]", `%y = ${node}`)))).toBe(keeps);
});

test("a Transpose keeps the order where only axes of one element move", () => {
  const turned = (perm: string) => nodeOf(oneNode("%x: f32[2,1,3]", `%y = Transpose(%x) {perm=${perm}}`));
  expect([turned("[1, 0, 2]"), turned("[0, 2, 1]"), turned("[2, 1, 0]")].map(keepsOrder)).toEqual([true, true, false]);
});

test.each([
  ["%x: f32[1,2,3,3], %w: f32[4,2,1,1]", "Conv(%x, %w)", [0]],
  ["%x: f32[1,2,3,3], %w: f32[4,2,1,1]", "Conv(%x, %w) {strides=[2, 2]}", []],
  ["%x: f32[1,2,3,3], %w: f32[4,2,1,1]", "Conv(%x, %w) {pads=[1, 1, 1, 1]}", []],
  ["%x: f32[1,2,3,3], %w: f32[4,2,3,1]", "Conv(%x, %w)", []],
  ["%x: f32[1,2,3,3]", "Concat(%x, %x) {axis=1}", [0, 1]],
  ["%x: f32[1,2,3,3]", "Concat(%x, %x) {axis=2}", []],
  ["%x: f32[1,2,3,3]", "Relu(%x)", [0]],
  ["%x: f32[1,2,3,3], %v: f32[2,1,1]", "Mul(%x, %v)", []],
  ["%x: f32[1,2,3,3]", "Mul(%x, %x)", [0, 1]],
  ["%x: f32[1,2,3,3]", "Softmax(%x) {axis=1}", []],
])("the maps of %s that %s treats pixel by pixel", (inputs, node, maps) => {
  expect(pixelwiseInputs(nodeOf(oneNode(inputs, `%y = ${node}`)))).toEqual(maps);
});

test("only a NonMaxSuppression has inputs of an element type of their own", () => {
  expect(opsWith("singleInputs")).toEqual(["NonMaxSuppression"]);
  expect(traitsOf({ op: "NonMaxSuppression" }).singleInputs).toEqual([0, 1, 3, 4]);
});
