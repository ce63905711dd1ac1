import {
  allocate,
  byteLength,
  decodeBase64,
  elementCount,
  fromNumbers,
  isFloat,
  type LazyTensor,
  type Tensor,
  type TensorData,
  type TensorType,
  uniformFloats,
  viewElements,
} from "@yolo-compile/core";
import type { Cursor } from "./cursor.js";
import { ElidedTensor } from "./elided.js";
import { readElements, readFloat, readInteger } from "./numbers.js";

type Reader = (cursor: Cursor, type: TensorType, hint: string) => LazyTensor;

const CONTENTS = new Map<string, Reader>([
  ["splat", readSplat],
  ["random", readRandom],
  ["base64", readBase64],
  ["elided", readElided],
]);
const FORMS = `{, ${[...CONTENTS.keys()].join(", ")}`;
const WORD = /[a-z]\w*/y;
const CRC = /[0-9a-f]{8}(?!\w)/y;

const lazy = (type: TensorType, elements: () => TensorData): LazyTensor => ({
  ...type,
  read: (): Tensor => ({ ...type, data: elements() }),
});

/** The elements of a constant, which follow its type. @throws ir/syntax */
export function readConstant(cursor: Cursor, type: TensorType, hint: string): LazyTensor {
  const start = cursor.position;
  if (cursor.acceptMark("{")) return readList(cursor, type, start);
  const read = CONTENTS.get(cursor.accept(WORD) ?? "");
  if (!read) throw cursor.error(FORMS, start);
  return read(cursor, type, hint);
}

function readList(cursor: Cursor, type: TensorType, start: number): LazyTensor {
  const data = readElements(type.dtype, cursor, (item) => cursor.list("}", item));
  const count = elementCount(type.shape);
  if (data.length !== count) throw cursor.error(`${count} elements`, start, `${data.length}`);
  return lazy(type, () => data);
}

function readSplat(cursor: Cursor, type: TensorType): LazyTensor {
  const one = readElements(type.dtype, cursor, (item) => [item()]);
  return lazy(type, () => {
    const data = allocate(type.dtype, elementCount(type.shape));
    // One array of bigints or one of numbers, as the other is: both come from the same element type.
    (data as { fill(value: unknown): unknown }).fill(one[0]);
    return data;
  });
}

/** Element i is low + (high - low) * u, where u is number i of {@link uniformFloats}; low is -1 and high 1 by default. */
function readRandom(cursor: Cursor, type: TensorType): LazyTensor {
  const { dtype, shape } = type;
  if (!isFloat(dtype)) throw cursor.error(`a float type before random, not ${dtype}`);
  const seed = readInteger(cursor);
  const [low, high] = cursor.accept(/in(?!\w)/y) ? readRange(cursor) : [-1, 1];
  return lazy(type, () => {
    const numbers = Float64Array.from(uniformFloats(seed, elementCount(shape)), (u) => low + (high - low) * u);
    return fromNumbers(dtype, numbers);
  });
}

function readRange(cursor: Cursor): readonly [number, number] {
  cursor.takeMark("[");
  const low = readFloat(cursor, "f64");
  cursor.takeMark(",");
  const high = readFloat(cursor, "f64");
  cursor.takeMark("]");
  return [low, high];
}

function readBase64(cursor: Cursor, type: TensorType): LazyTensor {
  const start = cursor.position;
  const bytes = decodeBase64(cursor.takeString("a string of base64"));
  if (!bytes) throw cursor.error("base64", start);
  if (bytes.length !== byteLength(type)) throw cursor.error(`${byteLength(type)} bytes`, start, `${bytes.length}`);
  const data = viewElements(type.dtype, bytes);
  return lazy(type, () => data);
}

function readElided(cursor: Cursor, { dtype, shape }: TensorType, hint: string): LazyTensor {
  return new ElidedTensor(dtype, shape, cursor.take(CRC, "a crc32 of eight hexadecimal digits"), hint);
}
