import { castTensor, type LazyTensor, type Tensor } from "@yolo-compile/core";
import type { Graph, Value } from "@yolo-compile/ir";
import type { Tensors } from "@yolo-compile/runtime";

/** A tensor of float32 with the numbers that float16 has for its own; other tensors stay. */
const roundTensor = (tensor: Tensor): Tensor =>
  tensor.dtype === "f32" ? castTensor(castTensor(tensor, "f16"), "f32") : tensor;

/** {@link roundTensor} of each. */
export const roundTensors = (tensors: Tensors): Tensors =>
  new Map([...tensors].map(([name, tensor]) => [name, roundTensor(tensor)]));

/** The same graph with its constants rounded to float16: what storing its weights alone costs. */
export function roundConstants(graph: Graph): Graph {
  const rounded = new Map<Value, Value>();
  const round = (value: Value): Value => {
    const { constant } = value;
    if (constant?.dtype !== "f32") return value;
    const known = rounded.get(value) ?? { ...value, constant: roundedConstant(constant) };
    rounded.set(value, known);
    return known;
  };
  const nodes = graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map((input) => input && round(input)) }));
  return { ...graph, nodes };
}

const roundedConstant = ({ dtype, shape, read }: LazyTensor): LazyTensor => ({
  dtype,
  shape,
  read: () => roundTensor(read()),
});
