import {
  areFixed,
  type DType,
  elementCount,
  isAtLeast,
  isDType,
  isFixed,
  parseSize,
  type Size,
  type TensorType,
  type ValueType,
} from "@yolo-compile/core";
import type { Cursor } from "./cursor.js";

const WORD = /[a-z]\w*/iy;
const SIZE = /[\w*+\-() ]+(?![\w.])/y;

/** More elements than any weight has; a text of few bytes must not ask for more memory than there is. */
const MAX_ELEMENTS = 2 ** 28;

/** An element type, such as `f32`. @throws ir/syntax */
export function readDType(cursor: Cursor): DType {
  const start = cursor.position;
  const word = cursor.take(WORD, "an element type, such as f32");
  if (!isDType(word)) throw cursor.error("an element type, such as f32", start);
  return word;
}

/** `32*h`, `4`, `-1`. @throws ir/syntax */
export function readSize(cursor: Cursor): Size {
  const start = cursor.position;
  const found = cursor.accept(SIZE);
  const size = found === undefined ? undefined : parseSize(found);
  if (size === undefined) throw cursor.error("a size, such as 4 or 32*h", start);
  return size;
}

/** `f32[1,3,8,8]`, `f32[n,3,32*h,32*w]`. @throws ir/syntax */
export function readType(cursor: Cursor): ValueType {
  const start = cursor.position;
  const dtype = readDType(cursor);
  cursor.takeMark("[");
  const shape = cursor.list("]", () => {
    const at = cursor.position;
    const size = readSize(cursor);
    if (!isAtLeast(size, 0)) throw cursor.error("a size that is never negative", at);
    return size;
  });
  const fixed = shape.filter(isFixed);
  if (elementCount(fixed) > MAX_ELEMENTS) throw cursor.error(`a type of at most ${MAX_ELEMENTS} elements`, start);
  return { dtype, shape };
}

/** The type of a constant, whose sizes are integers. @throws ir/syntax */
export function readTensorType(cursor: Cursor): TensorType {
  const start = cursor.position;
  const { dtype, shape } = readType(cursor);
  if (!areFixed(shape)) throw cursor.error("integers as the sizes of a constant", start);
  return { dtype, shape };
}
