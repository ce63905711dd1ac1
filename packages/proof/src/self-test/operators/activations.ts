import { toFloat64 } from "@yolo-compile/core";
import type { Node, Value } from "@yolo-compile/ir";
import { change } from "../edit.js";
import type { Mutation, MutationOperator, Site } from "../mutation.js";

/** x of a node x * sigmoid(x). */
function siluInput(node: Node, { producer }: Site): Value | undefined {
  const [a, b] = node.inputs;
  for (const [x, gate] of [
    [a, b],
    [b, a],
  ]) {
    const sigmoid = producer(gate);
    if (sigmoid?.op === "Sigmoid" && sigmoid.inputs[0] === x) return x;
  }
  return undefined;
}

const onSilu = (name: string, mutate: (node: Node, x: Value, site: Site) => Mutation): MutationOperator => ({
  name,
  ops: ["Mul"],
  stage: "optimized",
  mutate: (node, site) => {
    const x = siluInput(node, site);
    return x && mutate(node, x, site);
  },
});

/** Mistakes in activations. */
export const ACTIVATION_OPERATORS: readonly MutationOperator[] = [
  onSilu("turn-silu-into-relu", (node, x) => change(node, "SiLU is ReLU", { op: "Relu", inputs: [x] })),
  onSilu("turn-silu-into-sigmoid", (node, x) =>
    change(node, "SiLU is sigmoid", { op: "Identity", inputs: [node.inputs.find((input) => input !== x)] }),
  ),
  onSilu("drop-silu", (node, x) => change(node, "SiLU is left out", { op: "Identity", inputs: [x] })),
  {
    name: "drop-relu",
    ops: ["Relu"],
    stage: "optimized",
    mutate: (node) => change(node, "ReLU is left out", { op: "Identity" }),
  },
  {
    name: "leak-relu",
    ops: ["Relu"],
    stage: "optimized",
    mutate: (node) => change(node, "ReLU leaks a tenth", { op: "LeakyRelu", attributes: { alpha: 0.1 } }),
  },
  {
    name: "lose-clip",
    ops: ["Clip"],
    stage: "optimized",
    mutate: (node) => {
      const [x, low] = node.inputs;
      const isRelu = low?.constant && toFloat64(low.constant.read())[0] === 0;
      return change(node, "nothing is clipped from above", { op: isRelu ? "Relu" : "Identity", inputs: [x] });
    },
  },
  {
    name: "drop-sigmoid",
    ops: ["Sigmoid"],
    stage: "optimized",
    mutate: (node, site) => {
      const inSilu = site.nodes.some(
        (user) => user.op === "Mul" && user.inputs.includes(node.outputs[0]) && siluInput(user, site),
      );
      return inSilu ? undefined : change(node, "sigmoid is left out", { op: "Identity" });
    },
  },
  {
    name: "turn-softmax",
    ops: ["Softmax"],
    stage: "optimized",
    mutate: (node) => {
      const rank = node.inputs[0]!.type.shape.length;
      return rank < 2
        ? undefined
        : change(node, "softmax runs along the last axis but one", { attributes: { axis: rank - 2 } });
    },
  },
];
