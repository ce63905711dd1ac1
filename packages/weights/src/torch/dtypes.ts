import { byteSize, type DType } from "@yolo-compile/core";

const STORAGE_CLASSES = [
  ["FloatStorage", "f32"],
  ["HalfStorage", "f16"],
  ["BFloat16Storage", "bf16"],
  ["DoubleStorage", "f64"],
  ["LongStorage", "i64"],
  ["IntStorage", "i32"],
  ["ShortStorage", "i16"],
  ["CharStorage", "i8"],
  ["ByteStorage", "u8"],
  ["BoolStorage", "bool"],
] as const;

/** Typed storages by {@link globalKey}. */
export const STORAGE_DTYPES: ReadonlyMap<string, DType> = new Map(
  ["torch", "torch.cuda"].flatMap((module) =>
    STORAGE_CLASSES.map(([name, dtype]) => [`${module} ${name}`, dtype] as const),
  ),
);

/** Storages of bytes, whose dtype is an argument of the tensor. */
export const UNTYPED_STORAGES: ReadonlySet<string> = new Set([
  "torch UntypedStorage",
  "torch.storage UntypedStorage",
  "torch.storage _UntypedStorage",
]);

/** `torch.float32` and its like, by {@link globalKey}. */
export const TORCH_DTYPES: ReadonlyMap<string, DType> = new Map([
  ["torch float32", "f32"],
  ["torch float16", "f16"],
  ["torch bfloat16", "bf16"],
  ["torch float64", "f64"],
  ["torch int64", "i64"],
  ["torch int32", "i32"],
  ["torch int16", "i16"],
  ["torch int8", "i8"],
  ["torch uint8", "u8"],
  ["torch uint16", "u16"],
  ["torch uint32", "u32"],
  ["torch uint64", "u64"],
  ["torch bool", "bool"],
]);

/** Bytes of one element of types that cannot be read, whose storages may stand between others in a stream. */
const FOREIGN_BYTES: ReadonlyMap<string, number> = new Map([
  ["torch ComplexFloatStorage", 8],
  ["torch ComplexDoubleStorage", 16],
  ["torch QInt8Storage", 1],
  ["torch QUInt8Storage", 1],
  ["torch QUInt4x2Storage", 1],
  ["torch QUInt2x4Storage", 1],
  ["torch QInt32Storage", 4],
]);

/** Bytes of one element of a storage class by {@link globalKey}; `undefined` for a class that is unknown. */
export function storageElementBytes(key: string): number | undefined {
  const dtype = STORAGE_DTYPES.get(key);
  if (dtype) return byteSize(dtype);
  return UNTYPED_STORAGES.has(key) ? 1 : FOREIGN_BYTES.get(key);
}
