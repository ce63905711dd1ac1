import { elementCount, type LazyTensor } from "@yolo-compile/core";
import type { Graph, Value } from "@yolo-compile/ir";
import { shakeLastBits } from "@yolo-compile/runtime";

/** Seed of the last bits by which conditioning is measured. */
export const SHAKE_SEED = 1;

/**
 * The same graph with other last bits in its weights. This changes sums that cancel inside, such as that of a large mean and a
 * large bias, which the last bits of an input do not reach. Single numbers stay, since they are exact.
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
