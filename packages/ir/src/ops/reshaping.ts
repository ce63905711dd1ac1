import {
  divideSizes,
  isAtLeast,
  isFixed,
  productOf,
  type Size,
  sameSize,
  type Tensor,
  type TensorType,
  type ValueType,
} from "@yolo-compile/core";
import { typeError } from "../diagnostics.js";
import { int, ints, type OpContext, type OpSchema, op, sizes } from "../schema.js";
import { anySupport } from "../support.js";
import { inputType, normalAxes, normalAxis } from "./context.js";

const AXES = { axes: ints() };
const FLATTEN = { axis: int(1) };
const RESHAPE = { shape: sizes() };

/** Same elements in the same order under the inferred shape. */
const refold = (_: OpContext, [x]: readonly (Tensor | undefined)[], [type]: readonly TensorType[]): Tensor[] => [
  { ...type!, data: x!.data },
];

function inferReshape(node: OpContext<typeof RESHAPE>): ValueType[] {
  const x = inputType(node, 0);
  const count = productOf(x.shape);
  const given = node.attributes.shape;
  const target = given.map((size, axis) => (size === 0 ? x.shape[axis] : size));
  const known = productOf(target.map((size) => (size === -1 ? 1 : (size ?? 0))));
  const shape = target.map((size): Size | undefined => (size === -1 ? divideSizes(count, known) : size));
  const open = target.filter((size) => size === -1).length;
  // An open size that may be 0 would be read as the one of that axis.
  const least = (size: Size): number => (isFixed(size) ? 0 : 1);
  const fits = (sizes: readonly (Size | undefined)[]): sizes is readonly Size[] =>
    open <= 1 && sizes.every((size) => size !== undefined && isAtLeast(size, least(size)));
  if (!fits(shape) || !sameSize(productOf(shape), count))
    throw typeError(node.op, `${count} elements do not make [${given.join(",")}]`, node.inputs);
  return [{ dtype: x.dtype, shape }];
}

function inferSqueeze(node: OpContext<typeof AXES>): ValueType[] {
  const x = inputType(node, 0);
  const axes = normalAxes(node, node.attributes.axes, x.shape.length);
  if (axes.some((axis) => x.shape[axis] !== 1)) throw typeError(node.op, "an axis is longer than 1", node.inputs);
  return [{ dtype: x.dtype, shape: x.shape.filter((_, axis) => !axes.includes(axis)) }];
}

function inferUnsqueeze(node: OpContext<typeof AXES>): ValueType[] {
  const x = inputType(node, 0);
  const given = node.attributes.axes;
  const rank = x.shape.length + given.length;
  const axes = normalAxes(node, given, rank);
  const rest = [...x.shape];
  const shape = Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : rest.shift()!));
  return [{ dtype: x.dtype, shape }];
}

function inferFlatten(node: OpContext<typeof FLATTEN>): ValueType[] {
  const { dtype, shape } = inputType(node, 0);
  const { axis } = node.attributes;
  const at = axis === shape.length ? axis : normalAxis(node, axis, shape.length);
  return [{ dtype, shape: [productOf(shape.slice(0, at)), productOf(shape.slice(at))] }];
}

const SAME_ORDER = { moves: "each", keepsOrder: () => true } as const;

/** Ops that give the elements of a tensor another shape; their order stays. */
export const RESHAPING = {
  Flatten: op({
    support: anySupport(),
    inputs: [1, 1],
    attributes: FLATTEN,
    infer: inferFlatten,
    fold: refold,
    traits: SAME_ORDER,
  }),
  /** In the shape, 0 keeps the size of that axis, and one -1 takes what is left. */
  Reshape: op({
    support: anySupport(),
    inputs: [1, 1],
    attributes: RESHAPE,
    infer: inferReshape,
    fold: refold,
    traits: SAME_ORDER,
  }),
  Squeeze: op({
    support: anySupport(),
    inputs: [1, 1],
    attributes: AXES,
    infer: inferSqueeze,
    fold: refold,
    traits: SAME_ORDER,
  }),
  Unsqueeze: op({
    support: anySupport(),
    inputs: [1, 1],
    attributes: AXES,
    infer: inferUnsqueeze,
    fold: refold,
    traits: SAME_ORDER,
  }),
} satisfies Record<string, OpSchema>;
