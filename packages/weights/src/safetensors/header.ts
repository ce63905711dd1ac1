import { type ByteSource, DTYPES as CORE_DTYPES, type DType } from "@yolo-compile/core";
import { decodeUtf8, readU64, viewOf } from "../bytes.js";
import {
  dtypeRefused,
  quote,
  safetensorsDuplicate,
  safetensorsHeader,
  safetensorsTensor,
  truncatedFile,
} from "../diagnostics.js";
import { duplicateKey } from "./duplicate-key.js";

/** A weight of the header; offsets are in bytes from the start of the file. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly startBytes: number;
  readonly endBytes: number;
}

/** The header, checked for its form; the format checks what it says about the file. */
export interface SafetensorsHeader {
  /** In the header's order, which need not be that of the data. */
  readonly entries: readonly SafetensorsEntry[];
  readonly metadata: ReadonlyMap<string, string> | undefined;
  /** The offset of the data. */
  readonly dataBytes: number;
}

/** The one key of the header that names no weight. */
export const METADATA_KEY = "__metadata__";
/** Bytes of the length before the header. */
export const LENGTH_BYTES = 8;
/** As the reference implementation: larger headers are attacks on JSON parsers. */
const MAX_HEADER_BYTES = 100_000_000;

/** torch's own limit on the rank of a tensor. */
const MAX_RANK = 64;

/** The format's spelling of each element type. */
export const SAFETENSORS_SPELLING: Readonly<Record<DType, string>> = {
  f32: "F32",
  f16: "F16",
  bf16: "BF16",
  f64: "F64",
  i8: "I8",
  u8: "U8",
  i16: "I16",
  u16: "U16",
  i32: "I32",
  u32: "U32",
  i64: "I64",
  u64: "U64",
  bool: "BOOL",
};

const DTYPES: ReadonlyMap<string, DType> = new Map(
  CORE_DTYPES.map((dtype) => [SAFETENSORS_SPELLING[dtype], dtype] as const),
);

/** @throws safetensors/header, safetensors/duplicate, safetensors/tensor, weights/dtype, weights/truncated */
export function readHeader(source: ByteSource): SafetensorsHeader {
  const length = readU64(viewOf(source.read(0, LENGTH_BYTES)), 0);
  if (length > MAX_HEADER_BYTES)
    throw safetensorsHeader(
      source.name,
      `the header is said to have ${length} bytes, the limit is ${MAX_HEADER_BYTES}`,
    );
  const dataBytes = LENGTH_BYTES + length;
  if (dataBytes > source.size) throw truncatedFile(source.name, "the header", dataBytes, source.size);
  const text = decodeUtf8(source.read(LENGTH_BYTES, length));
  if (text === undefined) throw safetensorsHeader(source.name, "the header is not valid UTF-8");
  const entries: SafetensorsEntry[] = [];
  let metadata: ReadonlyMap<string, string> | undefined;
  for (const [name, value] of parseObject(source.name, text)) {
    if (name === METADATA_KEY) metadata = parseMetadata(source.name, value);
    else entries.push(parseEntry(source.name, name, value, dataBytes));
  }
  return { entries, metadata, dataBytes };
}

/** Own keys only: JSON.parse makes `__proto__` one, and entries never look further. */
function parseObject(file: string, text: string): [string, unknown][] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw safetensorsHeader(file, `the header is not JSON (${quote(String(error))})`);
  }
  if (!isObject(parsed)) throw safetensorsHeader(file, "the header is no JSON object");
  const twice = duplicateKey(text);
  if (twice !== undefined) throw safetensorsDuplicate(file, twice);
  return Object.entries(parsed);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function parseMetadata(file: string, value: unknown): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  if (!isObject(value)) throw safetensorsHeader(file, "__metadata__ is no object");
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string")
      throw safetensorsHeader(file, `__metadata__ has a ${typeof text} under ${key}, expected text`);
    metadata.set(key, text);
  }
  return metadata;
}

function parseEntry(file: string, name: string, value: unknown, dataBytes: number): SafetensorsEntry {
  const fields = new Map(isObject(value) ? Object.entries(value) : []);
  const dtypeName = fields.get("dtype");
  const shape = fields.get("shape");
  const offsets = fields.get("data_offsets");
  if (typeof dtypeName !== "string" || !isCounts(shape) || !isCounts(offsets) || offsets.length !== 2)
    throw safetensorsTensor(
      file,
      name,
      "a header entry needs a dtype, a shape, and two data_offsets that are whole numbers",
    );
  if (shape.length > MAX_RANK)
    throw safetensorsTensor(file, name, `${shape.length} dimensions, the limit is ${MAX_RANK}`);
  const dtype = DTYPES.get(dtypeName);
  if (!dtype) throw dtypeRefused(name, dtypeName);
  const [start, end] = offsets;
  return { name, dtype, shape, startBytes: dataBytes + start!, endBytes: dataBytes + end! };
}

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
