import { expect, test } from "@jest/globals";
import { type Tensor, tensorOf, toFloat64 } from "@yolo-compile/core";
import { constantValue, foldNode, type Graph, GraphBuilder, opCensus, type Value } from "@yolo-compile/ir";
import { lowerGraph } from "./lower.js";
import { OPSETS } from "./opset-range.js";
import { allSamples } from "./testing/op-samples.js";

/** The graph's output by the IR's own folds; all its inputs are constants. */
function evaluate(graph: Graph): number[] {
  const known = new Map<Value, Tensor>();
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((input) => input && (known.get(input) ?? input.constant!.read()));
    foldNode(node, inputs)!.forEach((tensor, index) => {
      known.set(node.outputs[index]!, tensor);
    });
  }
  return Array.from(toFloat64(known.get(graph.outputs[0]!.value)!));
}

test.each([
  ["HardSwish", {}, "f64"],
  ["Mish", {}, "f64"],
  ["Celu", { alpha: 0.75 }, "f64"],
] as const)("%s in older ops computes the same", (op, attributes, dtype) => {
  const builder = new GraphBuilder(op);
  const x = constantValue(tensorOf(dtype, [7], [-20, -3, -0.5, 0, 0.25, 2, 30]), "x");
  builder.output("y", builder.op(op, [x], attributes, { path: "", rules: [] }));
  const graph = builder.build();
  const lowered = lowerGraph(graph, 11);
  expect(lowered.nodes.length).toBeGreaterThan(1);
  const expected = evaluate(graph);
  evaluate(lowered).forEach((value, index) => {
    // HardSigmoid's alpha of 1/6 is a float32 in ONNX.
    expect(Math.abs(value - expected[index]!)).toBeLessThanOrEqual(2 ** -24 * Math.max(1, Math.abs(expected[index]!)));
  });
});

test("Gelu in older ops computes its formula", () => {
  const builder = new GraphBuilder("Gelu");
  const points = [-4, -1, -0.3, 0, 0.3, 1, 4];
  const x = constantValue(tensorOf("f64", [points.length], points), "x");
  builder.output("y", builder.op("Gelu", [x], { approximate: "tanh" }, { path: "", rules: [] }));
  const found = evaluate(lowerGraph(builder.build(), 19));
  points.forEach((x, index) => {
    const expected = 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
    expect(found[index]).toBeCloseTo(expected, 12);
  });
});

test("which ops are written in other ops, and up to which opset", () => {
  const last = new Map<string, string>();
  for (let opset: number = OPSETS.min; opset <= OPSETS.max; opset++)
    for (const { name, graph } of allSamples("f32", opset)) {
      const lowered = lowerGraph(graph, opset);
      const written = [...opCensus(lowered)].map(([op, count]) => `${op} ${count}`).join(", ");
      if (written !== `${graph.nodes[0]!.op} 1`) last.set(name, `${written} to opset ${opset}`);
    }
  expect(Object.fromEntries(last)).toMatchInlineSnapshot(`
{
  "Celu0": "Div 1, Elu 1, Mul 1 to opset 11",
  "Gelu0": "Mul 2, Add 1, Div 1, Erf 1 to opset 19",
  "Gelu1": "Mul 6, Add 2, Tanh 1 to opset 19",
  "HardSwish0": "HardSigmoid 1, Mul 1 to opset 13",
  "LogSoftmax1": "Transpose 2, LogSoftmax 1 to opset 12",
  "LogSoftmax2": "Transpose 2, LogSoftmax 1 to opset 12",
  "Mish0": "Mul 1, Softplus 1, Tanh 1 to opset 17",
  "ReduceMax2": "Identity 1 to opset 26",
  "ReduceMean2": "Identity 1 to opset 26",
  "ReduceSum2": "Identity 1 to opset 26",
  "Softmax1": "Transpose 2, Softmax 1 to opset 12",
  "Softmax2": "Transpose 2, Softmax 1 to opset 12",
  "Squeeze1": "Identity 1 to opset 26",
}
`);
});

test("what takes the place of a node has its outputs, its types and its origin", () => {
  for (const opset of [OPSETS.min, OPSETS.default])
    for (const { graph } of allSamples("f32", opset)) {
      const { nodes } = lowerGraph(graph, opset);
      expect(nodes.at(-1)!.outputs).toBe(graph.nodes.at(-1)!.outputs);
      for (const { origin } of nodes) expect(origin).toEqual(graph.nodes[0]!.origin);
    }
});
