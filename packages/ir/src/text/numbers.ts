import {
  bfloatToNumber,
  type DType,
  fromNumbers,
  halfToNumber,
  isFloat,
  numberToBfloat,
  numberToHalf,
  type Tensor,
  type TensorData,
} from "@yolo-compile/core";
import type { Cursor } from "./cursor.js";

const NUMBER = /[-+]?(?:inf|nan|(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?)(?![\w.])/iy;
const INTEGER = /[-+]?\d+(?![\w.])/y;
const BOOL = /(?:true|false)(?!\w)/y;

/** Rounds a number to what a float type holds. */
const ROUND: Readonly<Partial<Record<DType, (value: number) => number>>> = {
  f16: (value) => halfToNumber(numberToHalf(value)),
  bf16: (value) => bfloatToNumber(numberToBfloat(value)),
  f32: Math.fround,
};

/** The shortest decimal that reads back as `value` in `dtype`: `0.1`, `-0.0`, `1e-7`, `inf`, `nan`. */
export function spellFloat(value: number, dtype: DType): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0.0";
  const round = ROUND[dtype];
  for (let digits = 1; round && digits < 17; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (round(shorter) === value) return String(shorter);
  }
  return String(value);
}

/** One element of a tensor. */
export function spellElement({ dtype, data }: Tensor, index: number): string {
  const element = data[index]!;
  if (dtype === "bool") return element ? "true" : "false";
  if (!isFloat(dtype)) return String(element);
  const bits = Number(element);
  return spellFloat(dtype === "f16" ? halfToNumber(bits) : dtype === "bf16" ? bfloatToNumber(bits) : bits, dtype);
}

/** A float of `dtype`, rounded to it. @throws ir/syntax where it is none, or finite only in a wider type */
export function readFloat(cursor: Cursor, dtype: DType): number {
  const start = cursor.position;
  const text = cursor.take(NUMBER, "a number").toLowerCase();
  const word = text.replace(/^[-+]/, "");
  const number = word === "inf" ? Number.POSITIVE_INFINITY : word === "nan" ? Number.NaN : Number(word);
  const value = (ROUND[dtype] ?? Number)(text.startsWith("-") ? -number : number);
  if (word !== "inf" && word !== "nan" && !Number.isFinite(value))
    throw cursor.error(`a number in the range of ${dtype}, or inf`, start);
  return value;
}

/** A safe integer. @throws ir/syntax */
export function readInteger(cursor: Cursor): number {
  const start = cursor.position;
  const value = Number(cursor.take(INTEGER, "an integer"));
  if (!Number.isSafeInteger(value)) throw cursor.error("an integer below 2^53", start);
  return value;
}

function readBigInteger(cursor: Cursor, dtype: DType): bigint {
  const start = cursor.position;
  const value = BigInt(cursor.take(INTEGER, `an ${dtype}`).replace(/^\+/, ""));
  const [low, high] = rangeOf(dtype);
  if (value < low || value > high) throw cursor.error(`an ${dtype}, ${low} to ${high}`, start);
  return value;
}

function rangeOf(dtype: DType): readonly [bigint, bigint] {
  const bits = BigInt(dtype.slice(1));
  return dtype.startsWith("u") ? [0n, (1n << bits) - 1n] : [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n];
}

/** Elements of `dtype`, as many as `list` asks for; integers of 64 bits are exact. @throws ir/syntax */
export function readElements(dtype: DType, cursor: Cursor, list: <Item>(item: () => Item) => Item[]): TensorData {
  if (dtype === "bool") return Uint8Array.from(list(() => (cursor.take(BOOL, "true or false") === "true" ? 1 : 0)));
  if (isFloat(dtype))
    return fromNumbers(
      dtype,
      list(() => readFloat(cursor, dtype)),
    );
  const integers = list(() => readBigInteger(cursor, dtype));
  if (dtype === "i64") return BigInt64Array.from(integers);
  if (dtype === "u64") return BigUint64Array.from(integers);
  return fromNumbers(dtype, integers.map(Number));
}
