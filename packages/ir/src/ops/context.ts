import { areFixed, isFixed, leastValue, multiplySizes, type Size, sameSize, type ValueType } from "@yolo-compile/core";
import { attributeError, typeError, undecidedSize } from "../diagnostics.js";
import type { OpContext } from "../schema.js";

/** @throws ir/type if the input is left out */
export function inputType(node: OpContext, index: number): ValueType {
  const type = node.inputs[index];
  if (!type) throw typeError(node.op, `input ${index} is missing`, node.inputs);
  return type;
}

/** Whether a size is at least `bound`; `what` names it in the error. @throws ir/open-size where that depends on its symbols */
export function reaches(node: OpContext, what: string, size: Size, bound: number): boolean {
  if (leastValue(size) >= bound) return true;
  if (leastValue(multiplySizes(size, -1)) > -bound) return false;
  throw undecidedSize(node.op, `${what} is ${size}, at least ${bound} only for some`, size, node.inputs);
}

/** A quotient that may have no formula. @throws ir/open-size where it has none */
export function divided(node: OpContext, quotient: Size | undefined, what: string, size: Size, step: number): Size {
  if (quotient === undefined)
    throw undecidedSize(node.op, `${what} is ${size}, which divides by ${step} only for some`, size, node.inputs);
  return quotient;
}

/** @throws ir/type if a given input has another element type than input 0 */
export function checkElementTypes(node: OpContext): void {
  const { dtype } = inputType(node, 0);
  if (node.inputs.some((type) => type && type.dtype !== dtype))
    throw typeError(node.op, "the element types differ", node.inputs);
}

/** @throws ir/type if one of the inputs is given and no scalar */
export function checkScalars(node: OpContext, indices: readonly number[]): void {
  for (const index of indices)
    if ((node.inputs[index]?.shape.length ?? 0) !== 0)
      throw typeError(node.op, `input ${index} must be a scalar`, node.inputs);
}

/** @throws ir/attribute unless it is one of `allowed` */
export function checkChoice(node: OpContext, name: string, allowed: readonly string[]): void {
  const found = node.attributes[name];
  if (!allowed.some((one) => one === found)) throw attributeError(node.op, name, `one of ${allowed.join(", ")}`, found);
}

/** Axes counted from the front, each once. @throws ir/type if one is out of range or repeats */
export function normalAxes(node: OpContext, axes: readonly number[], rank: number): number[] {
  const normal = axes.map((axis) => normalAxis(node, axis, rank));
  if (new Set(normal).size !== normal.length)
    throw typeError(node.op, `the axes [${axes.join(",")}] repeat`, node.inputs);
  return normal;
}

/** `axis` counted from the front. @throws ir/type if it is out of range */
export function normalAxis(node: OpContext, axis: number, rank: number): number {
  if (axis < -rank || axis >= rank) throw typeError(node.op, `axis ${axis} of a rank ${rank} tensor`, node.inputs);
  return axis < 0 ? axis + rank : axis;
}

/** @throws ir/type unless the input has `rank` dimensions */
export function ranked(node: OpContext, index: number, rank: number): ValueType {
  const type = inputType(node, index);
  if (type.shape.length !== rank) throw typeError(node.op, `input ${index} must have rank ${rank}`, node.inputs);
  return type;
}

/** The integer sizes of an input of `rank` dimensions, such as a weight. @throws ir/type, ir/open-size */
export function fixedRanked(node: OpContext, index: number, rank: number): readonly number[] {
  const { shape } = ranked(node, index, rank);
  const open = shape.find((size) => !isFixed(size));
  if (!areFixed(shape)) throw undecidedSize(node.op, `input ${index} must have integer sizes, not`, open!, node.inputs);
  return shape;
}

/** @throws ir/type unless every given per-channel vector has `channels` elements */
export function checkVectors(node: OpContext, indices: readonly number[], channels: Size): void {
  for (const index of indices) {
    const type = node.inputs[index];
    if (type && (type.shape.length !== 1 || !sameSize(type.shape[0], channels)))
      throw typeError(node.op, `input ${index} must have ${channels} elements`, node.inputs);
  }
}
