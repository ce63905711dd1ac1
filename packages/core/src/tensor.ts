import { allocate, byteSize, type DType, type TensorData } from "./dtype.js";
import { bfloatToNumber, halfToNumber, halvesToFloats, numberToBfloat, numberToHalf } from "./float16.js";
import { type Size, sameShape } from "./size.js";

/** Element type and sizes of a tensor, all of them integers. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** Element type and sizes of a value in a graph, which may depend on symbols. Every {@link TensorType} is one. */
export interface ValueType {
  readonly dtype: DType;
  readonly shape: readonly Size[];
}

/** A dense, row-major tensor. `data` has `elementCount(shape)` elements. */
export interface Tensor extends TensorType {
  readonly data: TensorData;
}

/** A tensor that is read when asked for. Nothing is kept: asking twice reads twice. */
export interface LazyTensor extends TensorType {
  read(): Tensor;
  /**
   * The same elements in pieces of many kilobytes, for readers that need each once: a piece is valid until the next one is
   * asked for. Damage that shows only in the whole tensor is found at the end.
   */
  pieces?(): Iterable<TensorData>;
}

/** The elements of a tensor, in pieces where it has them. */
export const piecesOf = (tensor: Tensor | LazyTensor): Iterable<TensorData> =>
  "data" in tensor ? [tensor.data] : (tensor.pieces?.() ?? [tensor.read().data]);

/**
 * A tensor of other elements, computed as they are read, whole or in pieces: `change` takes the elements from `at` on and gives
 * as many.
 */
export const mapElements = (
  source: LazyTensor,
  dtype: DType,
  change: (data: TensorData, at: number) => TensorData,
): LazyTensor => ({
  dtype,
  shape: source.shape,
  read: () => ({ dtype, shape: source.shape, data: change(source.read().data, 0) }),
  *pieces() {
    let at = 0;
    for (const data of piecesOf(source)) {
      yield change(data, at);
      at += data.length;
    }
  },
});

/** A tensor in another element type, cast as it is read. */
export const castLazily = (source: LazyTensor, dtype: DType): LazyTensor =>
  mapElements(source, dtype, (data) => castTensor({ dtype: source.dtype, shape: [data.length], data }, dtype).data);

/** The product of all sizes; 1 for a scalar, whose shape is empty. */
export const elementCount = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Bytes of all elements, without padding. */
export const byteLength = (type: TensorType): number => elementCount(type.shape) * byteSize(type.dtype);

/** `f32[1,3,640,640]`, `f32[n,3,32*h,32*w]` */
export const formatType = (type: ValueType): string => `${type.dtype}[${type.shape.join(",")}]`;

/** Whether element types and shapes are equal. */
export const sameType = (a: ValueType, b: ValueType): boolean => a.dtype === b.dtype && sameShape(a.shape, b.shape);

/** Row-major strides, in elements. */
export function rowStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis]!;
  }
  return strides;
}

/** A tensor from numbers; each is rounded once to `dtype`. */
export function tensorOf(dtype: DType, shape: readonly number[], values: ArrayLike<number>): Tensor {
  return { dtype, shape: [...shape], data: fromNumbers(dtype, values) };
}

/** An i64 vector, the form in which ONNX takes shapes, axes and slices. */
export const int64s = (values: readonly number[]): Tensor => ({
  dtype: "i64",
  shape: [values.length],
  data: BigInt64Array.from(values, BigInt),
});

/** Numbers rounded once to the storage of `dtype`. */
export function fromNumbers(dtype: DType, values: ArrayLike<number>): TensorData {
  if (dtype === "f32") return Float32Array.from(values);
  const data = allocate(dtype, values.length);
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[index] = BigInt(Math.trunc(value));
    else if (dtype === "f16") data[index] = numberToHalf(value);
    else if (dtype === "bf16") data[index] = numberToBfloat(value);
    else if (dtype === "bool") data[index] = value ? 1 : 0;
    else data[index] = value;
  }
  return data;
}

/** The elements as float64; exact but for 64-bit integers above 2^53. */
export function toFloat64(tensor: Tensor): Float64Array {
  const { data, dtype } = tensor;
  const numbers = new Float64Array(data.length);
  for (let index = 0; index < data.length; index++) {
    const value = Number(data[index]);
    numbers[index] = dtype === "f16" ? halfToNumber(value) : dtype === "bf16" ? bfloatToNumber(value) : value;
  }
  return numbers;
}

/** The tensor in another element type; the same object where nothing changes. */
export function castTensor(tensor: Tensor, dtype: DType): Tensor {
  if (tensor.dtype === dtype) return tensor;
  if (tensor.dtype === "f16" && dtype === "f32")
    return { dtype, shape: tensor.shape, data: halvesToFloats(tensor.data as Uint16Array) }; // f16 is stored as bits
  return { dtype, shape: tensor.shape, data: fromNumbers(dtype, toFloat64(tensor)) };
}

/** The elements as small integers, for shapes and axes. */
export const toNumbers = (tensor: Tensor): number[] => Array.from(toFloat64(tensor));

/** The little-endian bytes of a tensor, as a view. */
export const tensorBytes = (tensor: Tensor): Uint8Array =>
  new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
