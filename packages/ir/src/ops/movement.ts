import {
  byteSize,
  elementCount,
  isFloat,
  rowStrides,
  type Tensor,
  type TensorType,
  tensorBytes,
  toFloat64,
  viewElements,
} from "@yolo-compile/core";
import { numberOf, numbersOf } from "../attributes.js";
import { typeError } from "../diagnostics.js";
import { int, ints, type OpContext, type OpSchema, string } from "../schema.js";
import { broadcastOffsets } from "./broadcast.js";
import { constantInput, constantInts, inputType, normalAxis, ranked } from "./context.js";

/** A tensor of `shape` whose element at each flat index is the one of `from` at `source(index)`. */
function gatherElements(from: Tensor, shape: readonly number[], source: (index: number) => number): Tensor {
  const size = byteSize(from.dtype);
  const bytes = tensorBytes(from);
  const moved = new Uint8Array(elementCount(shape) * size);
  for (let index = 0; index * size < moved.length; index++) {
    const start = source(index) * size;
    for (let byte = 0; byte < size; byte++) moved[index * size + byte] = bytes[start + byte]!;
  }
  return { dtype: from.dtype, shape, data: viewElements(from.dtype, moved) };
}

/** Maps a flat index of `shape` through a function of its coordinates. */
function byCoordinates(shape: readonly number[], flat: (at: readonly number[]) => number): (index: number) => number {
  const at = new Array<number>(shape.length).fill(0);
  return (index) => {
    for (let axis = shape.length - 1, rest = index; axis >= 0; axis--) {
      at[axis] = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    return flat(at);
  };
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, item, index) => sum + item * b[index]!, 0);

/** Same elements in the same order under the inferred shape. */
const refold = (infer: OpSchema["infer"]): NonNullable<OpSchema["fold"]> => {
  return (node, [x]) => [{ dtype: x!.dtype, shape: infer(node)[0]!.shape, data: x!.data }];
};

function inferReshape(node: OpContext): TensorType[] {
  const x = inputType(node, 0);
  const target = constantInts(node, 1).map((size, axis) => (size === 0 ? (x.shape[axis] ?? 0) : size));
  const known = target.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
  const count = elementCount(x.shape);
  const shape = target.map((size) => (size === -1 ? count / known : size));
  if (
    elementCount(shape) !== count ||
    !shape.every(Number.isInteger) ||
    target.filter((size) => size === -1).length > 1
  )
    throw typeError(node.op, `${count} elements do not make [${target.join(",")}]`, node.inputs);
  return [{ dtype: x.dtype, shape }];
}

function inferTranspose(node: OpContext): TensorType[] {
  const x = inputType(node, 0);
  const perm = numbersOf(node, "perm");
  if (perm.length !== x.shape.length || new Set(perm).size !== perm.length || perm.some((axis) => !(axis in x.shape)))
    throw typeError(node.op, `[${perm.join(",")}] is no permutation of the axes`, node.inputs);
  return [{ dtype: x.dtype, shape: perm.map((axis) => x.shape[axis]!) }];
}

function foldTranspose(node: OpContext, [x]: readonly (Tensor | undefined)[]): Tensor[] {
  const shape = inferTranspose(node)[0]!.shape;
  const strides = rowStrides(x!.shape);
  const steps = numbersOf(node, "perm").map((axis) => strides[axis]!);
  return [
    gatherElements(
      x!,
      shape,
      byCoordinates(shape, (at) => dot(at, steps)),
    ),
  ];
}

function inferConcat(node: OpContext): TensorType[] {
  const first = inputType(node, 0);
  const axis = normalAxis(node, numberOf(node, "axis"), first.shape.length);
  let total = 0;
  for (let index = 0; index < node.inputs.length; index++) {
    const { dtype, shape } = inputType(node, index);
    const fits =
      shape.length === first.shape.length && shape.every((size, at) => at === axis || size === first.shape[at]);
    if (!fits || dtype !== first.dtype) throw typeError(node.op, `input ${index} does not fit input 0`, node.inputs);
    total += shape[axis]!;
  }
  return [{ dtype: first.dtype, shape: first.shape.map((size, at) => (at === axis ? total : size)) }];
}

function foldConcat(node: OpContext, inputs: readonly (Tensor | undefined)[]): Tensor[] {
  const { dtype, shape } = inferConcat(node)[0]!;
  const axis = normalAxis(node, numberOf(node, "axis"), shape.length);
  const bytes = new Uint8Array(elementCount(shape) * byteSize(dtype));
  const inner = elementCount(shape.slice(axis + 1)) * byteSize(dtype);
  let start = 0;
  for (const input of inputs) {
    const run = input!.shape[axis]! * inner;
    const source = tensorBytes(input!);
    for (let row = 0; row * run < source.length; row++)
      bytes.set(source.subarray(row * run, (row + 1) * run), row * shape[axis]! * inner + start);
    start += run;
  }
  return [{ dtype, shape, data: viewElements(dtype, bytes) }];
}

function inferSplit(node: OpContext): TensorType[] {
  const x = inputType(node, 0);
  const axis = normalAxis(node, numberOf(node, "axis"), x.shape.length);
  const sizes = constantInts(node, 1);
  if (sizes.reduce((sum, size) => sum + size, 0) !== x.shape[axis] || sizes.some((size) => size < 0))
    throw typeError(node.op, `[${sizes.join(",")}] does not split ${x.shape[axis]}`, node.inputs);
  return sizes.map((size) => ({ dtype: x.dtype, shape: x.shape.map((full, at) => (at === axis ? size : full)) }));
}

function foldSplit(node: OpContext, [x]: readonly (Tensor | undefined)[]): Tensor[] {
  const axis = normalAxis(node, numberOf(node, "axis"), x!.shape.length);
  const inner = elementCount(x!.shape.slice(axis + 1));
  const row = x!.shape[axis]! * inner;
  let start = 0;
  return inferSplit(node).map(({ shape }) => {
    const run = shape[axis]! * inner;
    const from = start;
    start += run;
    return gatherElements(x!, shape, (index) => Math.floor(index / run) * row + from + (index % run));
  });
}

/** Start, step and size of a Slice on every axis of its input. */
function sliceRanges(node: OpContext): { start: number; step: number; size: number }[] {
  const x = inputType(node, 0);
  const ranges = x.shape.map((size) => ({ start: 0, step: 1, size }));
  const starts = constantInts(node, 1);
  const ends = constantInts(node, 2);
  const axes = node.inputs[3] ? constantInts(node, 3) : starts.map((_, axis) => axis);
  const steps = node.inputs[4] ? constantInts(node, 4) : starts.map(() => 1);
  axes.forEach((given, index) => {
    const axis = normalAxis(node, given, x.shape.length);
    const [full, step] = [x.shape[axis]!, steps[index]!];
    if (step === 0) throw typeError(node.op, "a step of 0", node.inputs);
    const [low, high] = step > 0 ? [0, full] : [-1, full - 1];
    const clamp = (at: number): number => Math.max(low, Math.min(high, at < 0 ? at + full : at));
    const start = clamp(starts[index]!);
    const size = Math.max(0, Math.ceil((clamp(ends[index]!) - start) / step));
    ranges[axis] = { start, step, size };
  });
  return ranges;
}

const inferSlice = (node: OpContext): TensorType[] => [
  { dtype: inputType(node, 0).dtype, shape: sliceRanges(node).map(({ size }) => size) },
];

function foldSlice(node: OpContext, [x]: readonly (Tensor | undefined)[]): Tensor[] {
  const ranges = sliceRanges(node);
  const strides = rowStrides(x!.shape);
  const base = ranges.reduce((sum, { start }, axis) => sum + start * strides[axis]!, 0);
  const steps = ranges.map(({ step }, axis) => step * strides[axis]!);
  const shape = ranges.map(({ size }) => size);
  return [
    gatherElements(
      x!,
      shape,
      byCoordinates(shape, (at) => base + dot(at, steps)),
    ),
  ];
}

function inferSqueeze(node: OpContext): TensorType[] {
  const x = inputType(node, 0);
  const axes = constantInts(node, 1).map((axis) => normalAxis(node, axis, x.shape.length));
  if (axes.some((axis) => x.shape[axis] !== 1)) throw typeError(node.op, "an axis is longer than 1", node.inputs);
  return [{ dtype: x.dtype, shape: x.shape.filter((_, axis) => !axes.includes(axis)) }];
}

function inferUnsqueeze(node: OpContext): TensorType[] {
  const x = inputType(node, 0);
  const given = constantInts(node, 1);
  const rank = x.shape.length + given.length;
  const axes = new Set(given.map((axis) => normalAxis(node, axis, rank)));
  const sizes = [...x.shape];
  const shape = Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : sizes.shift()!));
  return [{ dtype: x.dtype, shape }];
}

function inferFlatten(node: OpContext): TensorType[] {
  const { dtype, shape } = inputType(node, 0);
  const axis = numberOf(node, "axis");
  const at = axis < 0 ? axis + shape.length : axis;
  return [{ dtype, shape: [elementCount(shape.slice(0, at)), elementCount(shape.slice(at))] }];
}

function inferExpand(node: OpContext): TensorType[] {
  const x = inputType(node, 0);
  const target = constantInts(node, 1);
  const rank = Math.max(target.length, x.shape.length);
  const shape = Array.from({ length: rank }, (_, axis) => {
    const [have, want] = [x.shape[axis - rank + x.shape.length] ?? 1, target[axis - rank + target.length] ?? 1];
    if (have !== want && have !== 1 && want !== 1) throw typeError(node.op, "the shapes do not fit", node.inputs);
    return Math.max(have, want);
  });
  return [{ dtype: x.dtype, shape }];
}

function inferPad(node: OpContext): TensorType[] {
  const x = inputType(node, 0);
  const pads = constantInts(node, 1);
  const rank = x.shape.length;
  const axes = node.inputs[3] ? constantInts(node, 3).map((axis) => normalAxis(node, axis, rank)) : [...x.shape.keys()];
  if (pads.length !== 2 * axes.length) throw typeError(node.op, "two pads an axis are needed", node.inputs);
  const shape = [...x.shape];
  axes.forEach((axis, index) => {
    shape[axis] = shape[axis]! + pads[index]! + pads[index + axes.length]!;
  });
  if (shape.some((size) => size < 0)) throw typeError(node.op, "nothing is left", node.inputs);
  return [{ dtype: x.dtype, shape }];
}

function inferResize(node: OpContext): TensorType[] {
  const x = inputType(node, 0);
  const scales = Array.from(toFloat64(constantInput(node, 2)));
  if (scales.length !== x.shape.length) throw typeError(node.op, "one scale an axis is needed", node.inputs);
  return [{ dtype: x.dtype, shape: x.shape.map((size, axis) => Math.floor(size * scales[axis]!)) }];
}

function inferGather(node: OpContext): TensorType[] {
  const x = inputType(node, 0);
  const indices = inputType(node, 1);
  const axis = normalAxis(node, numberOf(node, "axis"), x.shape.length);
  if (isFloat(indices.dtype)) throw typeError(node.op, "the indices must be integers", node.inputs);
  return [{ dtype: x.dtype, shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)] }];
}

function foldGather(node: OpContext, [x, indices]: readonly (Tensor | undefined)[]): Tensor[] {
  const shape = inferGather(node)[0]!.shape;
  const axis = normalAxis(node, numberOf(node, "axis"), x!.shape.length);
  const size = x!.shape[axis]!;
  const chosen = toFloat64(indices!).map((at) => (at < 0 ? at + size : at));
  const wrong = chosen.find((at) => !(at >= 0 && at < size));
  if (wrong !== undefined) throw typeError(node.op, `index ${wrong} of an axis of ${size}`, node.inputs);
  const inner = elementCount(x!.shape.slice(axis + 1));
  const block = inner * chosen.length;
  const source = (index: number): number =>
    (Math.floor(index / block) * size + chosen[Math.floor((index % block) / inner)]!) * inner + (index % inner);
  return [gatherElements(x!, shape, source)];
}

/** Channels to space: [n, c*b*b, h, w] -> [n, c, h*b, w*b]. */
function inferDepthToSpace(node: OpContext): TensorType[] {
  const { dtype, shape } = ranked(node, 0, 4);
  const [n, c, h, w] = shape as [number, number, number, number];
  const block = numberOf(node, "blocksize");
  if (c % (block * block) !== 0) throw typeError(node.op, `${c} channels are no multiple of ${block}²`, node.inputs);
  return [{ dtype, shape: [n, c / (block * block), h * block, w * block] }];
}

const foldExpand: NonNullable<OpSchema["fold"]> = (node, [x]) => {
  const shape = inferExpand(node)[0]!.shape;
  return [gatherElements(x!, shape, broadcastOffsets(x!.shape, shape))];
};

/** Ops that move elements and compute nothing (but Resize with an interpolation). */
export const MOVEMENT = {
  Concat: { inputs: [1, 1024], attributes: { axis: int() }, infer: inferConcat, fold: foldConcat, since: 13 },
  DepthToSpace: {
    inputs: [1, 1],
    attributes: { blocksize: int(), mode: string("DCR") },
    infer: inferDepthToSpace,
    since: 11,
  },
  Expand: { inputs: [2, 2], attributes: {}, infer: inferExpand, fold: foldExpand, since: 13 },
  Flatten: { inputs: [1, 1], attributes: { axis: int(1) }, infer: inferFlatten, fold: refold(inferFlatten), since: 13 },
  Gather: { inputs: [2, 2], attributes: { axis: int(0) }, infer: inferGather, fold: foldGather, since: 13 },
  /** Inputs x, pads (all begins, then all ends), value?, axes? */
  Pad: { inputs: [2, 4], attributes: { mode: string("constant") }, infer: inferPad, since: 18 },
  Reshape: { inputs: [2, 2], attributes: {}, infer: inferReshape, fold: refold(inferReshape), since: 5 },
  /** Inputs x, roi (left out), scales. */
  Resize: {
    inputs: [3, 3],
    attributes: {
      mode: string("nearest"),
      coordinate_transformation_mode: string("asymmetric"),
      nearest_mode: string("floor"),
      cubic_coeff_a: { kind: "float", default: -0.75 },
    },
    infer: inferResize,
    since: 13,
  },
  /** Inputs x, starts, ends, axes?, steps? */
  Slice: { inputs: [3, 5], attributes: {}, infer: inferSlice, fold: foldSlice, since: 13 },
  /** Inputs x and the size of each part; one output a part. */
  Split: { inputs: [2, 2], attributes: { axis: int(0) }, infer: inferSplit, fold: foldSplit, since: 13 },
  Squeeze: { inputs: [2, 2], attributes: {}, infer: inferSqueeze, fold: refold(inferSqueeze), since: 13 },
  Transpose: { inputs: [1, 1], attributes: { perm: ints() }, infer: inferTranspose, fold: foldTranspose, since: 13 },
  Unsqueeze: { inputs: [2, 2], attributes: {}, infer: inferUnsqueeze, fold: refold(inferUnsqueeze), since: 13 },
} as const satisfies Record<string, OpSchema>;
