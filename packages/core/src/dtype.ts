/** Element types, in the short spelling that the IR text and every message use. */
export const DTYPES = [
  "f32",
  "f16",
  "bf16",
  "f64",
  "i8",
  "u8",
  "i16",
  "u16",
  "i32",
  "u32",
  "i64",
  "u64",
  "bool",
] as const;

/** One of {@link DTYPES}. */
export type DType = (typeof DTYPES)[number];

/** The typed array that stores a tensor's elements. float16 and bfloat16 stay as bits, bool is one byte an element. */
export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

interface Storage {
  readonly bytes: number;
  readonly array: {
    new (length: number): TensorData;
    new (buffer: ArrayBuffer, offsetBytes: number, length: number): TensorData;
  };
}

const STORAGE = {
  f32: { bytes: 4, array: Float32Array },
  f16: { bytes: 2, array: Uint16Array },
  bf16: { bytes: 2, array: Uint16Array },
  f64: { bytes: 8, array: Float64Array },
  i8: { bytes: 1, array: Int8Array },
  u8: { bytes: 1, array: Uint8Array },
  i16: { bytes: 2, array: Int16Array },
  u16: { bytes: 2, array: Uint16Array },
  i32: { bytes: 4, array: Int32Array },
  u32: { bytes: 4, array: Uint32Array },
  i64: { bytes: 8, array: BigInt64Array },
  u64: { bytes: 8, array: BigUint64Array },
  bool: { bytes: 1, array: Uint8Array },
} satisfies Record<DType, Storage>;

/** Bytes of one element. */
export const byteSize = (dtype: DType): number => STORAGE[dtype].bytes;

/** Whether `text` is one of {@link DTYPES}, spelled exactly so. */
export const isDType = (text: string): text is DType => Object.hasOwn(STORAGE, text);

/** Whether elements are floating point numbers: f64, f32, f16 or bf16. */
export const isFloat = (dtype: DType): boolean =>
  dtype === "f32" || dtype === "f16" || dtype === "bf16" || dtype === "f64";

/** A zeroed array for `length` elements. */
export const allocate = (dtype: DType, length: number): TensorData => new STORAGE[dtype].array(length);

/**
 * The elements of little-endian `bytes`: a view where the alignment allows one, else a copy.
 * Trailing bytes that make no whole element are ignored.
 */
export function viewElements(dtype: DType, bytes: Uint8Array): TensorData {
  const { bytes: size, array } = STORAGE[dtype];
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  // ByteSources never share memory, so the buffer is no SharedArrayBuffer.
  return new array(aligned.buffer as ArrayBuffer, aligned.byteOffset, Math.floor(aligned.byteLength / size));
}
