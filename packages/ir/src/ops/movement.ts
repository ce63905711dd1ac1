import {
  byteSize,
  elementCount,
  rowStrides,
  type Tensor,
  type TensorType,
  tensorBytes,
  toFloat64,
  viewElements,
} from "@yolo-compile/core";
import { typeError } from "../diagnostics.js";
import { int, ints, type OpContext, type OpSchema, op, string } from "../schema.js";
import { broadcast, broadcastOffsets } from "./broadcast.js";
import { checkChoice, constantInts, inputType, normalAxes, normalAxis, ranked } from "./context.js";
import { byCoordinates, dot, gatherElements } from "./gather-elements.js";

const AXIS = { axis: int(0) };
const CONCAT = { axis: int() };
const DEPTH_TO_SPACE = { blocksize: int(), mode: string("DCR") };
const TRANSPOSE = { perm: ints() };

function inferConcat(node: OpContext<typeof CONCAT>): TensorType[] {
  const first = inputType(node, 0);
  const axis = normalAxis(node, node.attributes.axis, first.shape.length);
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

function foldConcat(node: OpContext<typeof CONCAT>, inputs: readonly (Tensor | undefined)[]): Tensor[] {
  const { dtype, shape } = inferConcat(node)[0]!;
  const axis = normalAxis(node, node.attributes.axis, shape.length);
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

function inferSplit(node: OpContext<typeof AXIS>): TensorType[] {
  const x = inputType(node, 0);
  const axis = normalAxis(node, node.attributes.axis, x.shape.length);
  const sizes = constantInts(node, 1);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (sizes.length === 0 || total !== x.shape[axis] || sizes.some((size) => size < 0))
    throw typeError(node.op, `[${sizes.join(",")}] does not split ${x.shape[axis]}`, node.inputs);
  return sizes.map((size) => ({ dtype: x.dtype, shape: x.shape.map((full, at) => (at === axis ? size : full)) }));
}

function foldSplit(node: OpContext<typeof AXIS>, [x]: readonly (Tensor | undefined)[]): Tensor[] {
  const axis = normalAxis(node, node.attributes.axis, x!.shape.length);
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

interface SliceRange {
  readonly start: number;
  readonly step: number;
  readonly size: number;
}

/** Bounds count from the end where negative, then are clamped; backwards, the end may lie before the first element. */
function sliceRange(full: number, from: number, to: number, step: number): SliceRange {
  const clamp = (at: number, low: number, high: number): number =>
    Math.max(low, Math.min(high, at < 0 ? at + full : at));
  const start = step > 0 ? clamp(from, 0, full) : clamp(from, 0, full - 1);
  const end = step > 0 ? clamp(to, 0, full) : clamp(to, -1, full - 1);
  return { start, step, size: full === 0 ? 0 : Math.max(0, Math.ceil((end - start) / step)) };
}

/** What a Slice takes of every axis of its input. */
function sliceRanges(node: OpContext): SliceRange[] {
  const x = inputType(node, 0);
  const ranges: SliceRange[] = x.shape.map((size) => ({ start: 0, step: 1, size }));
  const starts = constantInts(node, 1);
  const ends = constantInts(node, 2);
  const given = node.inputs[3] ? constantInts(node, 3) : starts.map((_, axis) => axis);
  const steps = node.inputs[4] ? constantInts(node, 4) : starts.map(() => 1);
  if ([ends, given, steps].some(({ length }) => length !== starts.length))
    throw typeError(node.op, "starts, ends, axes and steps differ in number", node.inputs);
  normalAxes(node, given, x.shape.length).forEach((axis, index) => {
    const step = steps[index]!;
    if (step === 0) throw typeError(node.op, "a step of 0", node.inputs);
    ranges[axis] = sliceRange(x.shape[axis]!, starts[index]!, ends[index]!, step);
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
  const source = byCoordinates(shape, (at) => base + dot(at, steps));
  return [gatherElements(x!, shape, source)];
}

const slicesNothing = (node: OpContext): boolean =>
  sliceRanges(node).every(({ step, size }, axis) => step === 1 && size === inputType(node, 0).shape[axis]);

function inferGather(node: OpContext<typeof AXIS>): TensorType[] {
  const x = inputType(node, 0);
  const indices = inputType(node, 1);
  const axis = normalAxis(node, node.attributes.axis, x.shape.length);
  if (indices.dtype !== "i64" && indices.dtype !== "i32")
    throw typeError(node.op, "the indices must be i64 or i32", node.inputs);
  return [{ dtype: x.dtype, shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)] }];
}

function foldGather(node: OpContext<typeof AXIS>, [x, indices]: readonly (Tensor | undefined)[]): Tensor[] {
  const shape = inferGather(node)[0]!.shape;
  const axis = normalAxis(node, node.attributes.axis, x!.shape.length);
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
function inferDepthToSpace(node: OpContext<typeof DEPTH_TO_SPACE>): TensorType[] {
  const { dtype, shape } = ranked(node, 0, 4);
  const [n, c, h, w] = shape as [number, number, number, number];
  const block = node.attributes.blocksize;
  checkChoice(node, "mode", ["DCR", "CRD"]);
  if (block < 1 || c % (block * block) !== 0)
    throw typeError(node.op, `${c} channels are no multiple of ${block}²`, node.inputs);
  return [{ dtype, shape: [n, c / (block * block), h * block, w * block] }];
}

function foldDepthToSpace(node: OpContext<typeof DEPTH_TO_SPACE>, [x]: readonly (Tensor | undefined)[]): Tensor[] {
  const shape = inferDepthToSpace(node)[0]!.shape;
  const block = node.attributes.blocksize;
  const [, channels] = shape as [number, number, number, number];
  const [batchStride, channelStride, rowStride] = rowStrides(x!.shape) as [number, number, number, number];
  const crd = node.attributes.mode === "CRD";
  const source = byCoordinates(shape, (at) => {
    const [n, c, h, w] = at as [number, number, number, number];
    const phase = (h % block) * block + (w % block);
    const channel = crd ? c * block * block + phase : phase * channels + c;
    return n * batchStride + channel * channelStride + Math.floor(h / block) * rowStride + Math.floor(w / block);
  });
  return [gatherElements(x!, shape, source)];
}

function inferTranspose(node: OpContext<typeof TRANSPOSE>): TensorType[] {
  const x = inputType(node, 0);
  const { perm } = node.attributes;
  if (perm.length !== x.shape.length || new Set(perm).size !== perm.length || perm.some((axis) => !(axis in x.shape)))
    throw typeError(node.op, `[${perm.join(",")}] is no permutation of the axes`, node.inputs);
  return [{ dtype: x.dtype, shape: perm.map((axis) => x.shape[axis]!) }];
}

function foldTranspose(node: OpContext<typeof TRANSPOSE>, [x]: readonly (Tensor | undefined)[]): Tensor[] {
  const shape = inferTranspose(node)[0]!.shape;
  const strides = rowStrides(x!.shape);
  const steps = node.attributes.perm.map((axis) => strides[axis]!);
  const source = byCoordinates(shape, (at) => dot(at, steps));
  return [gatherElements(x!, shape, source)];
}

/** Whether only axes of one element move. */
function transposesNothing(node: OpContext<typeof TRANSPOSE>): boolean {
  const { shape } = inputType(node, 0);
  const moved = node.attributes.perm.filter((axis) => shape[axis] !== 1);
  return moved.every((axis, index) => index === 0 || axis > moved[index - 1]!);
}

function inferExpand(node: OpContext): TensorType[] {
  const x = inputType(node, 0);
  const target = constantInts(node, 1);
  const shape = target.every((size) => size >= 0) ? broadcast(x.shape, target) : undefined;
  if (!shape) throw typeError(node.op, `the shape does not broadcast with [${target.join(",")}]`, node.inputs);
  return [{ dtype: x.dtype, shape }];
}

function foldExpand(node: OpContext, [x]: readonly (Tensor | undefined)[]): Tensor[] {
  const shape = inferExpand(node)[0]!.shape;
  return [gatherElements(x!, shape, broadcastOffsets(x!.shape, shape))];
}

const expandsNothing = (node: OpContext): boolean =>
  elementCount(inferExpand(node)[0]!.shape) === elementCount(inputType(node, 0).shape);

/** Ops that move elements between tensors and within them, and compute nothing. */
export const MOVEMENT = {
  Concat: op({
    inputs: [1, 1024],
    attributes: CONCAT,
    infer: inferConcat,
    fold: foldConcat,
    traits: {
      keepsOrder: ({ inputs }) => inputs.length === 1,
      pixelwise: ({ attributes, inputs }) => (attributes.axis === 1 ? [...inputs.keys()] : []),
    },
  }),
  DepthToSpace: op({
    inputs: [1, 1],
    attributes: DEPTH_TO_SPACE,
    infer: inferDepthToSpace,
    fold: foldDepthToSpace,
    traits: { moves: "each" },
  }),
  /** Numpy's broadcast of x and a shape: an axis of 1 in the shape keeps that of x. */
  Expand: op({
    inputs: [2, 2],
    attributes: {},
    infer: inferExpand,
    fold: foldExpand,
    traits: { moves: "some", keepsOrder: expandsNothing },
  }),
  Gather: op({ inputs: [2, 2], attributes: AXIS, infer: inferGather, fold: foldGather, traits: { moves: "some" } }),
  /** Inputs x, starts, ends, axes?, steps? */
  Slice: op({
    inputs: [3, 5],
    attributes: {},
    infer: inferSlice,
    fold: foldSlice,
    traits: { moves: "some", keepsOrder: slicesNothing },
  }),
  /** Inputs x and the size of each part; one output a part. */
  Split: op({
    inputs: [2, 2],
    attributes: AXIS,
    infer: inferSplit,
    fold: foldSplit,
    traits: {
      moves: "each",
      keepsOrder: (node) => inferSplit(node).length === 1,
      pixelwise: ({ attributes }) => (attributes.axis === 1 ? [0] : []),
    },
  }),
  Transpose: op({
    inputs: [1, 1],
    attributes: TRANSPOSE,
    infer: inferTranspose,
    fold: foldTranspose,
    traits: { moves: "each", keepsOrder: transposesNothing },
  }),
} satisfies Record<string, OpSchema>;
