import {
  bfloatToNumber,
  elementCount,
  halfToNumber,
  isFloat,
  LARGEST_HALF,
  type LazyTensor,
  piecesOf,
  type Tensor,
  type TensorType,
} from "@yolo-compile/core";

/** Statistics of a weight's elements. */
export interface WeightStatistics {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Population standard deviation. */
  readonly std: number;
  readonly zero: number;
  readonly nan: number;
  readonly infinite: number;
  /** Elements too small for the full precision of the stored type. */
  readonly subnormal: number;
}

/** Smallest magnitude of full precision. */
const SMALLEST_NORMAL: Readonly<Partial<Record<TensorType["dtype"], number>>> = {
  f16: 2 ** -14,
  bf16: 2 ** -126,
  f32: 2 ** -126,
  f64: 2 ** -1022,
};

/** The statistics of a floating point weight; of the finite elements, where there are others. */
export function weightStatistics(tensor: Tensor | LazyTensor): WeightStatistics | undefined {
  if (!isFloat(tensor.dtype)) return undefined;
  const normal = SMALLEST_NORMAL[tensor.dtype]!;
  let [min, max, sum, squares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  let [zero, nan, infinite, subnormal] = [0, 0, 0, 0];
  forEachNumber(tensor, (value, count) => {
    if (Number.isNaN(value)) nan += count;
    else if (!Number.isFinite(value)) infinite += count;
    else {
      if (value < min) min = value;
      if (value > max) max = value;
      sum += value * count;
      squares += value * value * count;
      if (value === 0) zero += count;
      else if (value < normal && value > -normal) subnormal += count;
    }
  });
  const finite = elementCount(tensor.shape) - nan - infinite;
  const mean = sum / finite;
  const std = Math.sqrt(Math.max(0, squares / finite - mean * mean));
  return { min, max, mean, std, zero, nan, infinite, subnormal };
}

/** Decoders of types of 16 bits, whose values are so few that large weights are counted by value. */
const DECODERS: Readonly<Partial<Record<TensorType["dtype"], (bits: number) => number>>> = {
  f16: halfToNumber,
  bf16: bfloatToNumber,
};
const PATTERNS = 2 ** 16;

/** Visits each element of a floating point weight, or each distinct value with its count. */
function forEachNumber(tensor: Tensor | LazyTensor, visit: (value: number, count: number) => void): void {
  const decode = DECODERS[tensor.dtype];
  const counts = decode && elementCount(tensor.shape) > PATTERNS ? new Uint32Array(PATTERNS) : undefined;
  for (const piece of piecesOf(tensor)) {
    const data = piece as Float32Array | Float64Array | Uint16Array; // the weight is of a float type
    for (let index = 0; index < data.length; index++) {
      const value = data[index]!;
      if (counts) counts[value]!++;
      else visit(decode ? decode(value) : value, 1);
    }
  }
  counts?.forEach((count, bits) => {
    if (count > 0) visit(decode!(bits), count); // there are counts only where values are decoded
  });
}

/** Half of the smallest float16, below which it rounds to zero. */
const ZERO_IN_HALF = 2 ** -25;

/** The losses of a BatchNorm's running statistics in float16. */
export interface HalfLoss {
  /** Elements that are infinite, if stored as float16, or would become so. */
  readonly overflow: number;
  /** Variances that are zero, if stored as float16; else elements that would become zero. */
  readonly underflow: number;
}

const RUNNING = /(^|\.)running_(mean|var)$/;

/** Counts what float16 loses, or has lost, of running statistics; undefined for other weights and where nothing is lost. */
export function halfLoss(name: string, tensor: Tensor | LazyTensor): HalfLoss | undefined {
  const kind = RUNNING.exec(name)?.[2];
  if (kind === undefined || !isFloat(tensor.dtype)) return undefined;
  const stored = tensor.dtype === "f16";
  let [overflow, underflow] = [0, 0];
  forEachNumber(tensor, (value, count) => {
    const size = Math.abs(value);
    if (size > LARGEST_HALF) overflow += count;
    else if (stored ? kind === "var" && size === 0 : size !== 0 && size <= ZERO_IN_HALF) underflow += count;
  });
  return overflow + underflow > 0 ? { overflow, underflow } : undefined;
}
