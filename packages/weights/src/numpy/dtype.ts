import { byteSize, type DType } from "@yolo-compile/core";

/** A parsed NumPy element type. */
export interface NumpyDType {
  readonly dtype: DType;
  readonly bigEndian: boolean;
}

const CODES: ReadonlyMap<string, DType> = new Map([
  ["f2", "f16"],
  ["f4", "f32"],
  ["f8", "f64"],
  ["i1", "i8"],
  ["i2", "i16"],
  ["i4", "i32"],
  ["i8", "i64"],
  ["u1", "u8"],
  ["u2", "u16"],
  ["u4", "u32"],
  ["u8", "u64"],
  ["b1", "bool"],
  ["?", "bool"],
]);

/** `<f4`, `|b1`: order and code. `=` is the writer's own order, which nobody knows; it is taken for little-endian. */
export function parseNumpyDType(text: string): NumpyDType | undefined {
  const [, order = "=", code = ""] = /^([<>|=])?(\w\d+|\?)$/.exec(text) ?? [];
  const dtype = CODES.get(code);
  return dtype && { dtype, bigEndian: order === ">" && byteSize(dtype) > 1 };
}

/** NumPy's spelling of each element type; it has none for bfloat16. */
export const NUMPY_SPELLING: Readonly<Record<Exclude<DType, "bf16">, string>> = {
  f16: "<f2",
  f32: "<f4",
  f64: "<f8",
  i8: "|i1",
  i16: "<i2",
  i32: "<i4",
  i64: "<i8",
  u8: "|u1",
  u16: "<u2",
  u32: "<u4",
  u64: "<u8",
  bool: "|b1",
};
