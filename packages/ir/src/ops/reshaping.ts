import { elementCount, rowStrides, type TensorType } from "@yolo-compile/core";
import { numberOf, numbersOf } from "../attributes.js";
import { typeError } from "../diagnostics.js";
import { int, ints, type OpContext, type OpSchema } from "../schema.js";
import { broadcast, broadcastOffsets } from "./broadcast.js";
import { constantInts, inputType, normalAxes, normalAxis } from "./context.js";
import { byCoordinates, dot, gatherElements } from "./gather-elements.js";

/** Same elements in the same order under the inferred shape. */
const refold = (infer: OpSchema["infer"]): NonNullable<OpSchema["fold"]> => {
  return (node, [x]) => [{ dtype: x!.dtype, shape: infer(node)[0]!.shape, data: x!.data }];
};

function inferReshape(node: OpContext): TensorType[] {
  const x = inputType(node, 0);
  const count = elementCount(x.shape);
  const given = constantInts(node, 1);
  const target = given.map((size, axis) => (size === 0 ? (x.shape[axis] ?? Number.NaN) : size));
  const known = target.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
  const shape = target.map((size) => (size === -1 ? count / known : size));
  const open = target.filter((size) => size === -1).length;
  if (open > 1 || !shape.every((size) => Number.isInteger(size) && size >= 0) || elementCount(shape) !== count)
    throw typeError(node.op, `${count} elements do not make [${given.join(",")}]`, node.inputs);
  return [{ dtype: x.dtype, shape }];
}

function inferTranspose(node: OpContext): TensorType[] {
  const x = inputType(node, 0);
  const perm = numbersOf(node, "perm");
  if (perm.length !== x.shape.length || new Set(perm).size !== perm.length || perm.some((axis) => !(axis in x.shape)))
    throw typeError(node.op, `[${perm.join(",")}] is no permutation of the axes`, node.inputs);
  return [{ dtype: x.dtype, shape: perm.map((axis) => x.shape[axis]!) }];
}

const foldTranspose: NonNullable<OpSchema["fold"]> = (node, [x]) => {
  const shape = inferTranspose(node)[0]!.shape;
  const strides = rowStrides(x!.shape);
  const steps = numbersOf(node, "perm").map((axis) => strides[axis]!);
  const source = byCoordinates(shape, (at) => dot(at, steps));
  return [gatherElements(x!, shape, source)];
};

function inferSqueeze(node: OpContext): TensorType[] {
  const x = inputType(node, 0);
  const axes = normalAxes(node, constantInts(node, 1), x.shape.length);
  if (axes.some((axis) => x.shape[axis] !== 1)) throw typeError(node.op, "an axis is longer than 1", node.inputs);
  return [{ dtype: x.dtype, shape: x.shape.filter((_, axis) => !axes.includes(axis)) }];
}

function inferUnsqueeze(node: OpContext): TensorType[] {
  const x = inputType(node, 0);
  const given = constantInts(node, 1);
  const rank = x.shape.length + given.length;
  const axes = normalAxes(node, given, rank);
  const sizes = [...x.shape];
  const shape = Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : sizes.shift()!));
  return [{ dtype: x.dtype, shape }];
}

function inferFlatten(node: OpContext): TensorType[] {
  const { dtype, shape } = inputType(node, 0);
  const axis = numberOf(node, "axis");
  const at = axis === shape.length ? axis : normalAxis(node, axis, shape.length);
  return [{ dtype, shape: [elementCount(shape.slice(0, at)), elementCount(shape.slice(at))] }];
}

function inferExpand(node: OpContext): TensorType[] {
  const x = inputType(node, 0);
  const target = constantInts(node, 1);
  const shape = target.every((size) => size >= 0) ? broadcast(x.shape, target) : undefined;
  if (!shape) throw typeError(node.op, `the shape does not broadcast with [${target.join(",")}]`, node.inputs);
  return [{ dtype: x.dtype, shape }];
}

const foldExpand: NonNullable<OpSchema["fold"]> = (node, [x]) => {
  const shape = inferExpand(node)[0]!.shape;
  return [gatherElements(x!, shape, broadcastOffsets(x!.shape, shape))];
};

/** Ops that give the elements of one tensor another shape, order or repetition. */
export const RESHAPING = {
  /** Numpy's broadcast of x and a shape: an axis of 1 in the shape keeps that of x. */
  Expand: { inputs: [2, 2], attributes: {}, infer: inferExpand, fold: foldExpand, since: 13 },
  Flatten: { inputs: [1, 1], attributes: { axis: int(1) }, infer: inferFlatten, fold: refold(inferFlatten), since: 13 },
  /** In the shape, 0 keeps the size of that axis, and one -1 takes what is left. */
  Reshape: { inputs: [2, 2], attributes: {}, infer: inferReshape, fold: refold(inferReshape), since: 5 },
  Squeeze: { inputs: [2, 2], attributes: {}, infer: inferSqueeze, fold: refold(inferSqueeze), since: 13 },
  Transpose: { inputs: [1, 1], attributes: { perm: ints() }, infer: inferTranspose, fold: foldTranspose, since: 13 },
  Unsqueeze: { inputs: [2, 2], attributes: {}, infer: inferUnsqueeze, fold: refold(inferUnsqueeze), since: 13 },
} as const satisfies Record<string, OpSchema>;
