import {
  addSizes,
  divideSizes,
  elementCount,
  isFixed,
  multiplySizes,
  productOf,
  type Size,
  subtractSizes,
} from "@yolo-compile/core";
import { fixedSize, floats, type Value } from "@yolo-compile/ir";
import { openRatio } from "./diagnostics.js";
import type { Scope } from "./trace.js";

/** Layers of torch.nn. Each takes the scope of its own module, emits its nodes and counts its parameters and MACs. */

type Pair = readonly [number, number];

/** Size of axis 1 of [n,c,…]. */
export const channelsOf = (x: Value): number => fixedSize(x, 1);

/** The number of elements. */
export const elementsOf = ({ type }: Value): Size => productOf(type.shape);

/** The sizes of a map [n,c,h,w], whose channels are an integer. @throws ir/open-size */
export function mapSizes(x: Value): readonly [n: Size, c: number, h: Size, w: Size] {
  const [n, , h, w] = x.type.shape as readonly [Size, Size, Size, Size];
  return [n, channelsOf(x), h, w];
}

const pair = (size: number | Pair): Pair => (typeof size === "number" ? [size, size] : size);
const symmetric = ([h, w]: Pair): number[] => [h, w, h, w];

/** Arguments of torch.nn.Conv2d by their first letters, with its defaults, and 1 for `k`. */
export interface ConvOptions {
  readonly k?: number | Pair;
  readonly s?: number | Pair;
  readonly p?: number | Pair;
  readonly g?: number;
  readonly d?: number | Pair;
  readonly bias?: boolean;
  /** Padding above, left, below and right, where the sides differ; `p` where left out. */
  readonly pads?: readonly number[];
  /** Left out for subclasses, which thop does not recognise. */
  readonly counted?: boolean;
}

/** torch.nn.Conv2d. x: [n,c,h,w] -> [n,c2,h',w'] */
export function conv2d(scope: Scope, x: Value, c2: number, options: ConvOptions = {}): Value {
  const { k = 1, s = 1, p = 0, g = 1, d = 1, bias = true, pads = symmetric(pair(p)), counted = true } = options;
  const weight = scope.parameter("weight", [c2, channelsOf(x) / g, ...pair(k)]);
  const inputs = bias ? [x, weight, scope.parameter("bias", [c2])] : [x, weight];
  const y = scope.op("Conv", inputs, { strides: pair(s), pads, dilations: pair(d), group: g });
  if (counted) scope.macs(multiplySizes(elementsOf(y), (channelsOf(x) / g) * elementCount(pair(k))));
  return y;
}

/** Arguments of torch.nn.ConvTranspose2d by their first letters. */
export interface ConvTransposeOptions extends Omit<ConvOptions, "pads"> {
  readonly outputPadding?: number | Pair;
}

/** torch.nn.ConvTranspose2d. x: [n,c,h,w] -> [n,c2,h',w'] */
export function convTranspose2d(scope: Scope, x: Value, c2: number, options: ConvTransposeOptions = {}): Value {
  const { k = 1, s = 1, p = 0, g = 1, d = 1, bias = true, outputPadding = 0, counted = true } = options;
  const weight = scope.parameter("weight", [channelsOf(x), c2 / g, ...pair(k)]);
  const inputs = bias ? [x, weight, scope.parameter("bias", [c2])] : [x, weight];
  const y = scope.op("ConvTranspose", inputs, {
    strides: pair(s),
    pads: symmetric(pair(p)),
    dilations: pair(d),
    group: g,
    output_padding: pair(outputPadding),
  });
  const byInputs = scope.trace.options.profiler === "thop 2";
  const slid = byInputs ? multiplySizes(elementsOf(x), c2 / g) : multiplySizes(elementsOf(y), channelsOf(x) / g);
  if (counted) scope.macs(multiplySizes(slid, elementCount(pair(k))));
  return y;
}

/** Settings of one BatchNorm. */
export interface BatchNormOptions {
  /** By default that of the network's family; an `eps` in the checkpoint takes precedence over both. */
  readonly eps?: number;
  /** See {@link ExpectedWeight}. */
  readonly randomScale?: number | undefined;
  /** Left out for subclasses, which thop does not recognise. */
  readonly counted?: boolean;
}

/** torch.nn.BatchNorm2d in eval mode. */
export function batchNorm2d(scope: Scope, x: Value, options: BatchNormOptions = {}): Value {
  const { eps, randomScale, counted = true } = options;
  const shape = [channelsOf(x)];
  const vectors = [
    scope.parameter("weight", shape, randomScale),
    scope.parameter("bias", shape),
    scope.buffer("running_mean", shape),
    scope.buffer("running_var", shape),
  ];
  if (counted) scope.macs(multiplySizes(elementsOf(x), 4));
  return scope.op("BatchNormalization", [x, ...vectors], { epsilon: scope.batchNormEps(eps) });
}

/** torch.nn.Linear. x: [...,c] -> [...,c2] */
export function linear(scope: Scope, x: Value, c2: number, options: { bias?: boolean } = {}): Value {
  const c1 = fixedSize(x, -1);
  const weight = scope.parameter("weight", [c2, c1]);
  const bias = options.bias === false ? undefined : scope.parameter("bias", [c2]);
  scope.macs(multiplySizes(elementsOf(x), c2));
  return affine(scope, x, weight, bias);
}

/** x @ weightᵀ + bias. x: [...,c], weight: [c2,c] -> [...,c2] */
export function affine(scope: Scope, x: Value, weight: Value, bias: Value | undefined): Value {
  if (x.type.shape.length === 2) return scope.op("Gemm", bias ? [x, weight, bias] : [x, weight], { transB: 1 });
  const transposed = scope.op("Transpose", [weight], { perm: [1, 0] });
  const product = scope.op("MatMul", [x, transposed]);
  return bias ? scope.op("Add", [product, bias]) : product;
}

/** Arguments of a 2d pooling: kernel, stride, padding, dilation, and whether sizes round up. */
export interface PoolOptions {
  readonly k: number | Pair;
  readonly s: number | Pair;
  readonly p?: number | Pair;
  readonly d?: number | Pair;
  readonly ceil?: boolean;
}

/** torch.nn.MaxPool2d */
export const maxPool2d = (scope: Scope, x: Value, { k, s, p = 0, d = 1, ceil = false }: PoolOptions): Value =>
  scope.op("MaxPool", [x], {
    kernel_shape: pair(k),
    strides: pair(s),
    pads: symmetric(pair(p)),
    dilations: pair(d),
    ceil_mode: ceil ? 1 : 0,
  });

/** torch.nn.AvgPool2d */
export function avgPool2d(scope: Scope, x: Value, options: PoolOptions & { countPadding?: boolean }): Value {
  const { k, s, p = 0, ceil = false, countPadding = true } = options;
  const y = scope.op("AveragePool", [x], {
    kernel_shape: pair(k),
    strides: pair(s),
    pads: symmetric(pair(p)),
    ceil_mode: ceil ? 1 : 0,
    count_include_pad: countPadding ? 1 : 0,
  });
  scope.macs(elementsOf(y));
  return y;
}

/** torch.nn.AdaptiveAvgPool2d(1). x: [n,c,h,w] -> [n,c,1,1] */
export function globalAvgPool2d(scope: Scope, x: Value): Value {
  const y = scope.op("GlobalAveragePool", [x]);
  const [, , h, w] = mapSizes(x);
  scope.macs(multiplySizes(addSizes(multiplySizes(h, w), 1), elementsOf(y)));
  return y;
}

/** torch.nn.Softmax: an exponential, an addition and a division for each element, but for each row's first addition. */
export function softmax(scope: Scope, x: Value, axis: number): Value {
  const y = scope.op("Softmax", [x], { axis });
  const count = elementsOf(y);
  const rows = divideSizes(count, y.type.shape.at(axis)!)!; // an axis divides the product of all
  scope.macs(subtractSizes(multiplySizes(count, 3), rows));
  return y;
}

/**
 * torch.nn.ZeroPad2d, ConstantPad2d, ReflectionPad2d, ReplicationPad2d; `pads` is left, right, top, bottom.
 *
 * A zero is written as -0.0: ONNX Runtime 1.30 folds Pad(+0) + MaxPool into a MaxPool that pads with -inf, at every
 * optimisation level but `disabled`, which changes yolov3-tiny's boxes by 19 pixels. It leaves -0.0 alone.
 */
export function pad2d(scope: Scope, x: Value, pads: readonly number[], mode = "constant", value = 0): Value {
  const [left, right, top, bottom] = pads as [number, number, number, number];
  const spread = [0, 0, top, left, 0, 0, bottom, right];
  if (mode !== "constant") return scope.op("Pad", [x], { mode, pads: spread });
  return scope.op("Pad", [x, floats([value === 0 ? -0 : value], [], "value")], { pads: spread });
}

/** Modes of torch.nn.Upsample that can be emitted. */
export type UpsampleMode = "nearest" | "bilinear" | "bicubic";

const UPSAMPLE_COST: Readonly<Record<UpsampleMode, number>> = { nearest: 1, bilinear: 11, bicubic: 259 };

/** torch.nn.Upsample by `scales` (height, width). */
export function upsample(scope: Scope, x: Value, scales: Pair, mode: UpsampleMode, alignCorners = false): Value {
  const y = interpolate(scope, x, scales, mode, alignCorners);
  if (scope.trace.options.profiler !== "thop 2") scope.macs(multiplySizes(elementsOf(y), UPSAMPLE_COST[mode]));
  return y;
}

function interpolate(scope: Scope, x: Value, scales: Pair, mode: UpsampleMode, alignCorners: boolean): Value {
  const all = [1, 1, ...scales];
  if (mode === "nearest") return scope.op("Resize", [x], { scales: all });
  return scope.op("Resize", [x], {
    scales: all,
    mode: mode === "bilinear" ? "linear" : "cubic",
    coordinate_transformation_mode: alignCorners ? "align_corners" : "half_pixel",
  });
}

/** x.reshape(shape) */
export const reshape = (scope: Scope, x: Value, shape: readonly Size[]): Value => scope.op("Reshape", [x], { shape });

/** x.permute(perm) */
export const permute = (scope: Scope, x: Value, perm: readonly number[]): Value => scope.op("Transpose", [x], { perm });

/** torch.cat(xs, axis) */
export const concat = (scope: Scope, xs: readonly Value[], axis = 1): Value => scope.op("Concat", xs, { axis });

/** torch.split(x, sizes, axis) */
export const split = (scope: Scope, x: Value, sizes: readonly number[], axis: number): readonly Value[] =>
  scope.ops("Split", [x], { axis, sizes });

/** The number of times that a side is longer than another. @throws network/open-size where that depends on an open size */
export function timesLonger(scope: Scope, side: Size, other: Size): number {
  if (isFixed(side) && isFixed(other)) return side / other;
  const times = divideSizes(side, other);
  if (times === undefined || !isFixed(times)) throw openRatio(side, other, scope.path);
  return times;
}

/** Pixels of the image along one side of a map's cell. @throws network/open-size */
export const strideOf = (scope: Scope, x: Value): number =>
  timesLonger(scope, scope.trace.image.type.shape[2]!, x.type.shape[2]!);

/** 0, 1, 2, … below a size, which the graph computes where it is open: f32[size] */
export function countUp(scope: Scope, size: Size, hint: string): Value {
  if (!isFixed(size)) return scope.op("Cast", [scope.op("Range", [], { limit: [size] })], { to: "f32" });
  return floats([...Array(size).keys()], [size], hint);
}

/** x[..., start::step] along one axis. */
export const stride = (scope: Scope, x: Value, axis: number, start: number, step: number): Value =>
  scope.op("Slice", [x], { starts: [start], ends: [x.type.shape[axis]!], axes: [axis], steps: [step] });
