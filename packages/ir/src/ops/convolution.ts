import type { TensorType } from "@yolo-compile/core";
import { numberOf, numbersOf } from "../attributes.js";
import { typeError } from "../diagnostics.js";
import { float, int, ints, type OpContext, type OpSchema } from "../schema.js";
import { broadcast } from "./broadcast.js";
import { checkElementTypes, inputType, ranked } from "./context.js";
import { slide, windowOf } from "./window.js";

const SPATIAL = { dilations: ints([1, 1]), group: int(1), pads: ints([0, 0, 0, 0]), strides: ints([1, 1]) };

/** @throws ir/type unless every given per-channel vector has `channels` elements */
function checkVectors(node: OpContext, indices: readonly number[], channels: number): void {
  for (const index of indices) {
    const type = node.inputs[index];
    if (type && (type.shape.length !== 1 || type.shape[0] !== channels))
      throw typeError(node.op, `input ${index} must have ${channels} elements`, node.inputs);
  }
}

/** Over one spatial axis or two. */
function inferConv(node: OpContext): TensorType[] {
  const rank = [0, 1].every((index) => inputType(node, index).shape.length === 3) ? 3 : 4;
  const x = ranked(node, 0, rank);
  const [filters, perGroup, ...kernel] = ranked(node, 1, rank).shape as [number, number, ...number[]];
  const group = numberOf(node, "group");
  checkElementTypes(node);
  if (x.shape[1] !== perGroup * group || filters % group !== 0)
    throw typeError(node.op, `${x.shape[1]} channels do not fit the weight in ${group} groups`, node.inputs);
  checkVectors(node, [2], filters);
  return [{ dtype: x.dtype, shape: [x.shape[0]!, filters, ...slide(node, kernel)] }];
}

function inferConvTranspose(node: OpContext): TensorType[] {
  const x = ranked(node, 0, 4);
  const [channels, perGroup, ...kernel] = ranked(node, 1, 4).shape as [number, number, number, number];
  const group = numberOf(node, "group");
  checkElementTypes(node);
  if (x.shape[1] !== channels || channels % group !== 0)
    throw typeError(node.op, `${x.shape[1]} channels do not fit the weight in ${group} groups`, node.inputs);
  checkVectors(node, [2], perGroup * group);
  const { dilations, pads, strides } = windowOf(node);
  const more = numbersOf(node, "output_padding");
  // More would make rows that no input reaches; ONNX Runtime refuses it.
  if (more.length !== 2 || more.some((size, axis) => size < 0 || size >= strides[axis]!))
    throw typeError(node.op, `output_padding [${more.join(",")}] is not below the strides`, node.inputs);
  const spatial = kernel.map((size, axis) => {
    const reach = dilations[axis]! * (size - 1) + 1;
    const extra = more[axis]! - pads[axis]! - pads[axis + 2]!;
    return strides[axis]! * (x.shape[axis + 2]! - 1) + reach + extra;
  });
  if (spatial.some((size) => size < 1)) throw typeError(node.op, "nothing is left of the map", node.inputs);
  return [{ dtype: x.dtype, shape: [x.shape[0]!, perGroup * group, ...spatial] }];
}

function inferBatchNorm(node: OpContext): TensorType[] {
  const x = inputType(node, 0);
  if (x.shape.length < 2) throw typeError(node.op, "input 0 needs a channel axis", node.inputs);
  checkVectors(node, [1, 2, 3, 4], x.shape[1]!);
  return [x];
}

function inferMatMul(node: OpContext): TensorType[] {
  const a = inputType(node, 0);
  const b = inputType(node, 1);
  if (a.shape.length < 2 || b.shape.length < 2) throw typeError(node.op, "both must be matrices", node.inputs);
  const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
  checkElementTypes(node);
  if (!batch || a.shape.at(-1) !== b.shape.at(-2)) throw typeError(node.op, "the shapes do not fit", node.inputs);
  return [{ dtype: a.dtype, shape: [...batch, a.shape.at(-2)!, b.shape.at(-1)!] }];
}

function inferGemm(node: OpContext): TensorType[] {
  const [a, b] = [ranked(node, 0, 2).shape, ranked(node, 1, 2).shape];
  const [rows, inner] = numberOf(node, "transA") ? [a[1]!, a[0]!] : [a[0]!, a[1]!];
  const [depth, columns] = numberOf(node, "transB") ? [b[1]!, b[0]!] : [b[0]!, b[1]!];
  if (inner !== depth) throw typeError(node.op, "the shapes do not fit", node.inputs);
  checkElementTypes(node);
  const c = node.inputs[2];
  if (c && broadcast(c.shape, [rows, columns])?.join() !== `${rows},${columns}`)
    throw typeError(node.op, "input 2 does not broadcast to the result", node.inputs);
  return [{ dtype: inputType(node, 0).dtype, shape: [rows, columns] }];
}

/** Ops that multiply by weights, and BatchNormalization, which folds into them. Two spatial axes. */
export const CONVOLUTION = {
  /** x: [n,c,h,w], w: [filters,c/group,kh,kw], b?: [filters]; or one spatial axis, and then its attributes are given */
  Conv: { inputs: [2, 3], attributes: SPATIAL, infer: inferConv, since: 11 },
  /** x: [n,c,h,w], w: [c,filters/group,kh,kw], b?: [filters] */
  ConvTranspose: {
    inputs: [2, 3],
    attributes: { ...SPATIAL, output_padding: ints([0, 0]) },
    infer: inferConvTranspose,
    since: 11,
  },
  /** (x - mean) / sqrt(var + epsilon) * scale + bias, per channel (axis 1); inputs x, scale, bias, mean, var */
  BatchNormalization: {
    inputs: [5, 5],
    attributes: { epsilon: float(1e-5) },
    infer: inferBatchNorm,
    since: 9,
  },
  /** alpha * a @ b + beta * c */
  Gemm: {
    inputs: [2, 3],
    attributes: { alpha: float(1), beta: float(1), transA: int(0), transB: int(0) },
    infer: inferGemm,
    since: 11,
  },
  MatMul: { inputs: [2, 2], attributes: {}, infer: inferMatMul, since: 9 },
} as const satisfies Record<string, OpSchema>;
