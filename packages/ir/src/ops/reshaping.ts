import { elementCount, type Tensor, type TensorType } from "@yolo-compile/core";
import { typeError } from "../diagnostics.js";
import { int, type OpContext, type OpSchema, op } from "../schema.js";
import { constantInts, inputType, normalAxes, normalAxis } from "./context.js";

const FLATTEN = { axis: int(1) };

/** Same elements in the same order under the inferred shape. */
const refold =
  <Node extends OpContext>(infer: (node: Node) => readonly TensorType[]) =>
  (node: Node, [x]: readonly (Tensor | undefined)[]): Tensor[] => [
    { dtype: x!.dtype, shape: infer(node)[0]!.shape, data: x!.data },
  ];

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

function inferFlatten(node: OpContext<typeof FLATTEN>): TensorType[] {
  const { dtype, shape } = inputType(node, 0);
  const { axis } = node.attributes;
  const at = axis === shape.length ? axis : normalAxis(node, axis, shape.length);
  return [{ dtype, shape: [elementCount(shape.slice(0, at)), elementCount(shape.slice(at))] }];
}

const SAME_ORDER = { moves: "each", keepsOrder: () => true } as const;

/** Ops that give the elements of a tensor another shape; their order stays. */
export const RESHAPING = {
  Flatten: op({
    inputs: [1, 1],
    attributes: FLATTEN,
    infer: inferFlatten,
    fold: refold(inferFlatten),
    traits: SAME_ORDER,
  }),
  /** In the shape, 0 keeps the size of that axis, and one -1 takes what is left. */
  Reshape: op({ inputs: [2, 2], attributes: {}, infer: inferReshape, fold: refold(inferReshape), traits: SAME_ORDER }),
  Squeeze: op({ inputs: [2, 2], attributes: {}, infer: inferSqueeze, fold: refold(inferSqueeze), traits: SAME_ORDER }),
  Unsqueeze: op({
    inputs: [2, 2],
    attributes: {},
    infer: inferUnsqueeze,
    fold: refold(inferUnsqueeze),
    traits: SAME_ORDER,
  }),
} satisfies Record<string, OpSchema>;
