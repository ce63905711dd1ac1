import { elementCount, type LazyTensor } from "@yolo-compile/core";
import type { Graph, Value } from "@yolo-compile/ir";
import { shakeLastBits } from "@yolo-compile/runtime";

/** Of what is shaken to see how far the plain graph moves. */
export const SHAKE_SEED = 1;

/**
 * The same graph with other last bits in its weights: what cancels inside, such as a large mean and a large bias, moves with them,
 * though the last bits of an input do not reach it. Single numbers stay, since they are exact where they stand.
 */
export function shakeConstants(graph: Graph, seed: number): Graph {
  const shaken = new Map<Value, Value>();
  const shake = (value: Value): Value => {
    const { constant } = value;
    if (constant?.dtype !== "f32" || elementCount(constant.shape) < 2) return value;
    const known = shaken.get(value) ?? { ...value, constant: shakenTensor(constant, seed + shaken.size) };
    shaken.set(value, known);
    return known;
  };
  const nodes = graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map((input) => input && shake(input)) }));
  return { ...graph, nodes };
}

const shakenTensor = ({ dtype, shape, read }: LazyTensor, seed: number): LazyTensor => ({
  dtype,
  shape,
  read: () => shakeLastBits(new Map([["constant", read()]]), seed).get("constant")!,
});
