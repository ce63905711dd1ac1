import { type Tensor, type TensorType, toNumbers } from "@yolo-compile/core";
import { typeError } from "../diagnostics.js";
import type { OpContext } from "../schema.js";

/** @throws ir/type if the input is left out */
export function inputType(node: OpContext, index: number): TensorType {
  const type = node.inputs[index];
  if (!type) throw typeError(node.op, `input ${index} is missing`, node.inputs);
  return type;
}

/** The integers of a constant input. @throws ir/type if it is not constant */
export function constantInts(node: OpContext, index: number): number[] {
  return toNumbers(constantInput(node, index));
}

/** @throws ir/type if it is not constant */
export function constantInput(node: OpContext, index: number): Tensor {
  const tensor = node.constant(index);
  if (!tensor) throw typeError(node.op, `input ${index} must be a constant`, node.inputs);
  return tensor;
}

/** `axis` counted from the front. @throws ir/type if it is out of range */
export function normalAxis(node: OpContext, axis: number, rank: number): number {
  if (axis < -rank || axis >= rank) throw typeError(node.op, `axis ${axis} of a rank ${rank} tensor`, node.inputs);
  return axis < 0 ? axis + rank : axis;
}

/** @throws ir/type unless the input has `rank` dimensions */
export function ranked(node: OpContext, index: number, rank: number): TensorType {
  const type = inputType(node, index);
  if (type.shape.length !== rank) throw typeError(node.op, `input ${index} must have rank ${rank}`, node.inputs);
  return type;
}
