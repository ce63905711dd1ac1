import {
  addSizes,
  byteSize,
  divideSizes,
  elementCount,
  isAtLeast,
  multiplySizes,
  productOf,
  rowStrides,
  type Size,
  sameSize,
  sumOf,
  type Tensor,
  type TensorType,
  tensorBytes,
  toFloat64,
  type ValueType,
  viewElements,
} from "@yolo-compile/core";
import { typeError } from "../diagnostics.js";
import { int, ints, type OpContext, type OpSchema, op, sizes, string } from "../schema.js";
import { anySupport, INDEX } from "../support.js";
import { broadcast, broadcastOffsets } from "./broadcast.js";
import { checkChoice, inputType, normalAxis, ranked } from "./context.js";
import { byCoordinates, dot, gatherElements } from "./gather-elements.js";
import { SLICE } from "./slice.js";

const AXIS = { axis: int(0) };
const CONCAT = { axis: int() };
const DEPTH_TO_SPACE = { blocksize: int(), mode: string("DCR") };
const EXPAND = { shape: sizes() };
const SPLIT = { ...AXIS, sizes: sizes() };
const TRANSPOSE = { perm: ints() };

type Inputs = readonly (Tensor | undefined)[];
type Types = readonly TensorType[];

function inferConcat(node: OpContext<typeof CONCAT>): ValueType[] {
  const first = inputType(node, 0);
  const axis = normalAxis(node, node.attributes.axis, first.shape.length);
  let total: Size = 0;
  for (let index = 0; index < node.inputs.length; index++) {
    const { dtype, shape } = inputType(node, index);
    const fits =
      shape.length === first.shape.length && shape.every((size, at) => at === axis || sameSize(size, first.shape[at]));
    if (!fits || dtype !== first.dtype) throw typeError(node.op, `input ${index} does not fit input 0`, node.inputs);
    total = addSizes(total, shape[axis]!);
  }
  return [{ dtype: first.dtype, shape: first.shape.map((size, at) => (at === axis ? total : size)) }];
}

function foldConcat(node: OpContext<typeof CONCAT>, inputs: Inputs, [type]: Types): Tensor[] {
  const { dtype, shape } = type!;
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

function inferSplit(node: OpContext<typeof SPLIT>): ValueType[] {
  const x = inputType(node, 0);
  const axis = normalAxis(node, node.attributes.axis, x.shape.length);
  const parts = node.attributes.sizes;
  if (parts.length === 0 || !sameSize(sumOf(parts), x.shape[axis]) || !parts.every((size) => isAtLeast(size, 0)))
    throw typeError(node.op, `[${parts.join(",")}] does not split ${x.shape[axis]}`, node.inputs);
  return parts.map((size) => ({ dtype: x.dtype, shape: x.shape.map((full, at) => (at === axis ? size : full)) }));
}

function foldSplit(node: OpContext<typeof SPLIT>, [x]: Inputs, types: Types): Tensor[] {
  const axis = normalAxis(node, node.attributes.axis, x!.shape.length);
  const inner = elementCount(x!.shape.slice(axis + 1));
  const row = x!.shape[axis]! * inner;
  let start = 0;
  return types.map(({ shape }) => {
    const run = shape[axis]! * inner;
    const from = start;
    start += run;
    return gatherElements(x!, shape, (index) => Math.floor(index / run) * row + from + (index % run));
  });
}

function inferGather(node: OpContext<typeof AXIS>): ValueType[] {
  const x = inputType(node, 0);
  const indices = inputType(node, 1);
  const axis = normalAxis(node, node.attributes.axis, x.shape.length);
  if (indices.dtype !== "i64" && indices.dtype !== "i32")
    throw typeError(node.op, "the indices must be i64 or i32", node.inputs);
  return [{ dtype: x.dtype, shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)] }];
}

function foldGather(node: OpContext<typeof AXIS>, [x, indices]: Inputs, [type]: Types): Tensor[] {
  const { shape } = type!;
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
function inferDepthToSpace(node: OpContext<typeof DEPTH_TO_SPACE>): ValueType[] {
  const { dtype, shape } = ranked(node, 0, 4);
  const [n, c, h, w] = shape as [Size, Size, Size, Size];
  const block = node.attributes.blocksize;
  checkChoice(node, "mode", ["DCR", "CRD"]);
  const channels = block < 1 ? undefined : divideSizes(c, block * block);
  if (channels === undefined) throw typeError(node.op, `${c} channels are no multiple of ${block}²`, node.inputs);
  return [{ dtype, shape: [n, channels, multiplySizes(h, block), multiplySizes(w, block)] }];
}

function foldDepthToSpace(node: OpContext<typeof DEPTH_TO_SPACE>, [x]: Inputs, [type]: Types): Tensor[] {
  const { shape } = type!;
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

function inferTranspose(node: OpContext<typeof TRANSPOSE>): ValueType[] {
  const x = inputType(node, 0);
  const { perm } = node.attributes;
  if (perm.length !== x.shape.length || new Set(perm).size !== perm.length || perm.some((axis) => !(axis in x.shape)))
    throw typeError(node.op, `[${perm.join(",")}] is no permutation of the axes`, node.inputs);
  return [{ dtype: x.dtype, shape: perm.map((axis) => x.shape[axis]!) }];
}

function foldTranspose(node: OpContext<typeof TRANSPOSE>, [x]: Inputs, [type]: Types): Tensor[] {
  const { shape } = type!;
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

function inferExpand(node: OpContext<typeof EXPAND>): ValueType[] {
  const x = inputType(node, 0);
  const target = node.attributes.shape;
  const shape = target.every((size) => isAtLeast(size, 0)) ? broadcast(x.shape, target) : undefined;
  if (!shape) throw typeError(node.op, `the shape does not broadcast with [${target.join(",")}]`, node.inputs);
  return [{ dtype: x.dtype, shape }];
}

const foldExpand = (_: OpContext, [x]: Inputs, [type]: Types): Tensor[] => [
  gatherElements(x!, type!.shape, broadcastOffsets(x!.shape, type!.shape)),
];

const expandsNothing = (node: OpContext<typeof EXPAND>): boolean =>
  sameSize(productOf(inferExpand(node)[0]!.shape), productOf(inputType(node, 0).shape));

/** Ops that move elements between tensors and within them, and compute nothing. */
export const MOVEMENT = {
  Concat: op({
    support: anySupport(),
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
    support: anySupport(),
    inputs: [1, 1],
    attributes: DEPTH_TO_SPACE,
    infer: inferDepthToSpace,
    fold: foldDepthToSpace,
    traits: { moves: "each" },
  }),
  /** Numpy's broadcast of x and a shape: an axis of 1 in the shape keeps that of x. */
  Expand: op({
    support: anySupport(),
    inputs: [1, 1],
    attributes: EXPAND,
    infer: inferExpand,
    fold: foldExpand,
    traits: { moves: "some", keepsOrder: expandsNothing },
  }),
  Gather: op({
    support: anySupport({ inputs: { 1: INDEX } }),
    inputs: [2, 2],
    attributes: AXIS,
    infer: inferGather,
    fold: foldGather,
    traits: { moves: "some" },
  }),
  Slice: SLICE,
  /** One output a part. */
  Split: op({
    support: anySupport(),
    inputs: [1, 1],
    attributes: SPLIT,
    infer: inferSplit,
    fold: foldSplit,
    traits: {
      moves: "each",
      keepsOrder: ({ attributes }) => attributes.sizes.length === 1,
      pixelwise: ({ attributes }) => (attributes.axis === 1 ? [0] : []),
    },
  }),
  Transpose: op({
    support: anySupport(),
    inputs: [1, 1],
    attributes: TRANSPOSE,
    infer: inferTranspose,
    fold: foldTranspose,
    traits: { moves: "each", keepsOrder: transposesNothing },
  }),
} satisfies Record<string, OpSchema>;
