import { type DType, elementCount, isDType, type TensorType } from "@yolo-compile/core";
import type { Cursor } from "./cursor.js";

const WORD = /[a-z]\w*/iy;
const SIZE = /\d+(?![\w.])/y;

/** More elements than any weight has; a text of few bytes must not ask for more memory than there is. */
const MAX_ELEMENTS = 2 ** 28;

/** An element type, such as `f32`. @throws ir/syntax */
export function readDType(cursor: Cursor): DType {
  const start = cursor.position;
  const word = cursor.take(WORD, "an element type, such as f32");
  if (!isDType(word)) throw cursor.error("an element type, such as f32", start);
  return word;
}

/** `f32[1,3,8,8]`. @throws ir/syntax */
export function readType(cursor: Cursor): TensorType {
  const start = cursor.position;
  const dtype = readDType(cursor);
  cursor.takeMark("[");
  const shape = cursor.list("]", () => Number(cursor.take(SIZE, "the size of an axis")));
  if (elementCount(shape) > MAX_ELEMENTS) throw cursor.error(`a type of at most ${MAX_ELEMENTS} elements`, start);
  return { dtype, shape };
}
