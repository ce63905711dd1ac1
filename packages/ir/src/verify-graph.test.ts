import { expect, test } from "@jest/globals";
import { tensorOf } from "@yolo-compile/core";
import { constantValue, type Graph, type Node } from "./graph.js";
import { parseGraph } from "./text/parse.js";
import { verifyGraph } from "./verify-graph.js";

const GRAPH = parseGraph(`graph t(%x: f32[2,4], %z: f32[4]) {
  %a, %b = Split(%x) {axis=1, sizes=[1, 3]} @ model.0
  %c = Relu(%b)
  %d = Add(%c, %b) @ model.1
  return out0 = %a, out1 = %d
}`);
const [SPLIT, RELU, ADD] = GRAPH.nodes as [Node, Node, Node];
const [X, Z] = GRAPH.inputs as [(typeof GRAPH.inputs)[0], (typeof GRAPH.inputs)[0]];

const tensorConstant = constantValue(tensorOf("f32", [], [1]), "k").constant!;

/** The node with something that its type forbids. */
const wrong = (node: Node, change: object): Node => ({ ...node, ...change }) as Node;
const withNodes = (...nodes: Node[]): Graph => ({ ...GRAPH, nodes });

test("a good graph passes, and so does one without nodes", () => {
  verifyGraph(GRAPH);
  verifyGraph({ ...GRAPH, nodes: [], outputs: [{ name: "same", value: X }] });
});

const broken: readonly (readonly [what: string, graph: Graph, message: string])[] = [
  [
    "a node before its inputs",
    withNodes(RELU, SPLIT, ADD),
    "ir/invalid: graph t: %b is used before it is defined (Relu)",
  ],
  ["a node that is gone", withNodes(SPLIT, ADD), "ir/invalid: graph t: %c is used before it is defined (model.1)"],
  ["a node twice", withNodes(SPLIT, RELU, RELU, ADD), "ir/invalid: graph t: %c is defined twice (Relu)"],
  [
    "a value with two producers",
    withNodes(SPLIT, { ...RELU, outputs: [SPLIT.outputs[1]!] }, ADD),
    "ir/invalid: graph t: %b is defined twice (Relu)",
  ],
  ["an input twice", { ...GRAPH, inputs: [X, X] }, "ir/invalid: graph t: %x is defined twice (inputs)"],
  [
    "a constant as an input",
    { ...GRAPH, inputs: [X, constantValue(tensorOf("f32", [4], [1, 2, 3, 4]), "k")] },
    "ir/invalid: graph t: the constant %k has a producer (inputs)",
  ],
  [
    "a constant with a producer",
    withNodes(SPLIT, { ...RELU, outputs: [{ ...RELU.outputs[0]!, constant: tensorConstant }] }, ADD),
    "ir/invalid: graph t: the constant %c has a producer (Relu)",
  ],
  [
    "an output from nowhere",
    { ...GRAPH, outputs: [{ name: "out", value: { ...Z, hint: "ghost" } }] },
    "ir/invalid: graph t: %ghost is used before it is defined (output out)",
  ],
  [
    "an output name twice",
    { ...GRAPH, outputs: GRAPH.outputs.map((output) => ({ ...output, name: "out" })) },
    "ir/invalid: graph t: output names repeat: out, out",
  ],
  [
    "a constant of another type than its own",
    withNodes(SPLIT, RELU, {
      ...ADD,
      inputs: [ADD.inputs[0], { ...constantValue(tensorOf("f32", [2, 3], new Array(6).fill(0)), "k"), type: Z.type }],
    }),
    "ir/invalid: graph t: the constant %k is not of its own type (model.1)",
  ],
  [
    "a wrong type",
    withNodes(SPLIT, { ...RELU, outputs: [{ ...RELU.outputs[0]!, type: Z.type }] }, ADD),
    "ir/invalid: graph t: Relu is typed f32[4], inferred f32[2,3] (Relu)",
  ],
  [
    "too few outputs",
    withNodes({ ...SPLIT, outputs: SPLIT.outputs.slice(1) }, RELU, ADD),
    "ir/invalid: graph t: Split is typed f32[2,3], inferred f32[2,1], f32[2,3] (model.0)",
  ],
  [
    "an unknown op",
    withNodes(SPLIT, wrong(RELU, { op: "Rleu" }), ADD),
    "ir/op: the op Rleu is not one that the IR knows",
  ],
  ["too many inputs", withNodes(SPLIT, { ...RELU, inputs: [X, X] }, ADD), "ir/inputs: Relu has 2 inputs, expected 1"],
  ["too few inputs", withNodes(SPLIT, RELU, { ...ADD, inputs: [X] }), "ir/inputs: Add has 1 inputs, expected 2"],
  [
    "a missing input",
    withNodes(SPLIT, RELU, { ...ADD, inputs: [undefined, X] }),
    "ir/inputs: Add needs its input 0, which is left out",
  ],
  [
    "an attribute left out",
    withNodes(wrong(SPLIT, { attributes: { sizes: [1, 3] } }), RELU, ADD),
    "ir/invalid: graph t: Split has incomplete attributes (model.0)",
  ],
  [
    "an attribute of another kind",
    withNodes(wrong(SPLIT, { attributes: { ...SPLIT.attributes, axis: "1" } }), RELU, ADD),
    'ir/attribute: Split.axis is "1", expected int',
  ],
  [
    "an attribute that the op does not have",
    withNodes(SPLIT, wrong(RELU, { attributes: { alpha: 1 } }), ADD),
    "ir/attribute: Relu.alpha is 1, expected no such attribute",
  ],
  [
    "a float attribute that single precision cannot hold",
    parsedWith((node) => wrong(node, { attributes: { alpha: 0.1 } })),
    "ir/invalid: graph t: LeakyRelu has incomplete attributes (LeakyRelu)",
  ],
  [
    "inputs that do not fit",
    withNodes(SPLIT, RELU, { ...ADD, inputs: [ADD.inputs[0], Z] }),
    "ir/type: Add(f32[2,3], f32[4]): the shapes do not broadcast",
  ],
];

function parsedWith(change: (node: Node) => Node): Graph {
  const graph = parseGraph("graph t(%x: f32[1]) { %y = LeakyRelu(%x) {alpha=0.1} return %y }");
  return { ...graph, nodes: graph.nodes.map(change) };
}

test.each(broken)("%s", (_, graph, message) => {
  let found = "";
  try {
    verifyGraph(graph);
  } catch (error) {
    found = String(error);
  }
  expect(found).toContain(message);
});

test("a nan attribute is equal to itself", () => {
  verifyGraph(parseGraph("graph t(%x: f32[1]) { %y = LeakyRelu(%x) {alpha=nan} return %y }"));
});

test("symbols come from the inputs, or are named once by the node that makes them", () => {
  const graph = (lines: string): Graph =>
    parseGraph(`graph t(%b: f32[1,h,4], %s: f32[1,2,h]) {\n${lines}\nreturn %y\n}`);
  verifyGraph(graph("%k = NonMaxSuppression(%b, %s) {count=k}\n%y = Expand(%k) {shape=[h, k, 3]}"));
  const twice = "%k = NonMaxSuppression(%b, %s) {count=k}\n%y = NonMaxSuppression(%b, %s) {count=k}";
  expect(() => verifyGraph(graph(twice))).toThrow("ir/invalid: graph t: the symbol k is named twice");
  const again = "%y = NonMaxSuppression(%b, %s) {count=h}";
  expect(() => verifyGraph(graph(again))).toThrow("ir/invalid: graph t: the symbol h is named twice");
  const stray = "%y = Expand(%b) {shape=[w, h, 4]}";
  expect(() => verifyGraph(graph(stray))).toThrow("ir/invalid: graph t: the symbol w comes from nowhere");
});
