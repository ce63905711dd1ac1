import { sameShape } from "@yolo-compile/core";
import type { Node } from "./graph.js";
import { opContext } from "./node.js";
import { OP_NAMES, type OpName, schemaOf } from "./ops/index.js";
import type { Traits } from "./schema.js";

/** The traits of the node's op. */
export const traitsOf = ({ op }: Pick<Node, "op">): Traits => schemaOf(op).traits ?? {};

/** The ops that have the trait. */
export const opsWith = (trait: keyof Traits): readonly OpName[] => OP_NAMES.filter((op) => trait in traitsOf({ op }));

/** Whether the node has one output with all elements of input 0, in their order; its shape may be another. */
export const keepsOrder = (node: Node): boolean => traitsOf(node).keepsOrder?.(opContext(node)) ?? false;

/** The inputs that are maps whose pixels the node treats all alike; none if it does not. */
export function pixelwiseInputs(node: Node): readonly number[] {
  const { elementwise, pixelwise } = traitsOf(node);
  if (pixelwise) return pixelwise(opContext(node));
  const { shape } = node.outputs[0]!.type;
  const whole = elementwise !== undefined && node.inputs.every((input) => input && sameShape(input.type.shape, shape));
  return whole ? [...node.inputs.keys()] : [];
}
