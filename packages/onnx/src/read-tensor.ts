import {
  allocate,
  byteSize,
  type DType,
  elementCount,
  formatType,
  isFixed,
  type LazyTensor,
  type Size,
  type TensorData,
  type TensorType,
  viewElements,
} from "@yolo-compile/core";
import { externalData, tensorError, unreadDataType } from "./diagnostics.js";
import { MOST_DIMENSIONS, type ReadContext } from "./limits.js";
import { dataTypeName, dtypeOf } from "./proto.js";
import { type Field, readMessage } from "./wire.js";

/** A tensor of a file under the name that it has there. */
export interface TensorRecord {
  readonly name: string;
  readonly tensor: LazyTensor;
}

/**
 * The list that holds the elements where there is no raw_data: float_data, int32_data, int64_data, double_data or
 * uint64_data.
 */
const LIST_FIELDS = {
  f32: 4,
  f16: 5,
  bf16: 5,
  i8: 5,
  u8: 5,
  i16: 5,
  u16: 5,
  i32: 5,
  bool: 5,
  i64: 7,
  f64: 10,
  u32: 11,
  u64: 11,
} as const satisfies Record<DType, number>;

type ListField = (typeof LIST_FIELDS)[DType];

interface Content {
  name: string;
  dataType: number;
  /** Cut off behind the first that is too many. */
  readonly dims: number[];
  raw?: Uint8Array;
  external: boolean;
  /** The pieces of each list, which protobuf may split at will. */
  readonly lists: Map<ListField, Field[]>;
}

/**
 * A TensorProto. Its raw data stay where they are until they are read, and then are a view where alignment allows it.
 * @throws onnx/malformed, onnx/dtype, onnx/tensor, onnx/external-data
 */
export function readTensor(bytes: Uint8Array, context: ReadContext, where: string): TensorRecord {
  const content = readContent(bytes, context);
  const { name, dataType, dims, raw } = content;
  if (content.external) throw externalData(name, where);
  const dtype = dtypeOf(dataType);
  if (!dtype) throw unreadDataType(`the tensor ${name}`, dataTypeName(dataType), where);
  const problem = dimensionsProblem(dims);
  if (problem) throw tensorError(name, problem, where);
  const type: TensorType = { dtype, shape: dims };
  const data = raw ?? listElements(dtype, content.lists.get(LIST_FIELDS[dtype]) ?? []);
  const expected = elementCount(dims) * byteSize(dtype);
  if (data.byteLength !== expected)
    throw tensorError(name, `has ${data.byteLength} bytes, ${formatType(type)} needs ${expected}`, where);
  const elements = raw ? (): TensorData => viewElements(dtype, raw) : (): TensorData => data;
  return { name, tensor: { ...type, read: () => ({ ...type, data: elements() }) } };
}

/** The problem of sizes that a file declares; undefined if there is none. */
export function dimensionsProblem(sizes: readonly Size[]): string | undefined {
  if (sizes.length > MOST_DIMENSIONS) return `has more than ${MOST_DIMENSIONS} dimensions`;
  const dims = sizes.filter(isFixed);
  if (dims.some((size) => !Number.isSafeInteger(size) || size < 0)) return `has the sizes [${dims.join(",")}]`;
  return Number.isSafeInteger(elementCount(dims)) ? undefined : `has more than 2^53 elements: [${dims.join(",")}]`;
}

function readContent(bytes: Uint8Array, context: ReadContext): Content {
  const content: Content = { name: "", dataType: 0, dims: [], external: false, lists: new Map() };
  const collect = (list: ListField) => (field: Field) => {
    context.keep();
    const fields = content.lists.get(list);
    if (fields) fields.push(field);
    else content.lists.set(list, [field]);
  };
  readMessage(bytes, context, {
    1: (field) => {
      for (const size of field.integers()) if (content.dims.length <= MOST_DIMENSIONS) content.dims.push(size);
    },
    2: (field) => {
      content.dataType = field.integer();
    },
    4: collect(4),
    5: collect(5),
    7: collect(7),
    8: (field) => {
      content.name = field.text();
    },
    9: (field) => {
      content.raw = field.bytes();
    },
    10: collect(10),
    11: collect(11),
    13: () => {
      content.external = true;
    },
  });
  return content;
}

function listElements(dtype: DType, fields: readonly Field[]): TensorData {
  if (dtype === "f32" || dtype === "f64") {
    const size = dtype === "f32" ? 4 : 8;
    return viewElements(dtype, joined(fields.map((field) => field.fixedBytes(size))));
  }
  const wide = joined(fields.map((field) => new Uint8Array(field.wideIntegers().buffer)));
  if (dtype === "i64" || dtype === "u64") return viewElements(dtype, wide);
  const halves = viewElements("u32", wide);
  const elements = allocate(dtype, halves.length / 2);
  // Narrow integers are sign-extended on the wire; the low half is theirs on any little-endian machine.
  for (let index = 0; index < elements.length; index++) elements[index] = halves[2 * index]!;
  return elements;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}
