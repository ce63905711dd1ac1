import type { DType } from "@yolo-compile/core";
import onnxProto from "onnx-proto";
import protobuf from "protobufjs/minimal.js";

export type { onnx as messages } from "onnx-proto";

/** Encoders and enums generated from onnx.proto; their types are `messages`. */
export const { onnx } = onnxProto;

/** protobuf's readers keep offsets in signed 32-bit integers, so no message may be longer. */
export const LARGEST_MODEL_BYTES = 2 ** 31 - 1;

/** `TensorProto.DataType` by element type. */
export const DATA_TYPES = {
  f32: 1,
  u8: 2,
  i8: 3,
  u16: 4,
  i16: 5,
  i32: 6,
  i64: 7,
  bool: 9,
  f16: 10,
  f64: 11,
  u32: 12,
  u64: 13,
  bf16: 16,
} as const satisfies Record<DType, number>;

const DTYPES_BY_NUMBER: ReadonlyMap<number, DType> = new Map(
  // Object.entries forgets the key type that `satisfies` has checked.
  (Object.entries(DATA_TYPES) as [DType, number][]).map(([dtype, number]) => [number, dtype]),
);

/** The element type with that `TensorProto.DataType`; undefined for strings, complex numbers, float8, … */
export const dtypeOf = (dataType: number): DType | undefined => DTYPES_BY_NUMBER.get(dataType);

/** Our name of a `TensorProto.DataType`, or else ONNX's. */
export const dataTypeName = (dataType: number): string =>
  dtypeOf(dataType) ?? onnx.TensorProto.DataType[dataType]?.toLowerCase() ?? `data type ${dataType}`;

/** A writer that gives plain Uint8Arrays in Node too, where `Writer.create` gives Buffers. */
export const newWriter = (): protobuf.Writer => new protobuf.Writer();

/** The tag and length in front of a length-delimited field. */
export const fieldPrefix = (field: number, length: number): Uint8Array =>
  newWriter()
    .uint32((field << 3) | 2)
    .uint32(length)
    .finish();

/** Text in UTF-8, as protobuf has it. */
export function utf8Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(protobuf.util.utf8.length(text));
  protobuf.util.utf8.write(text, bytes, 0);
  return bytes;
}
