import { viewElements } from "@yolo-compile/core";
import { malformed, overLimit } from "./diagnostics.js";
import { MOST_INTEGERS, type ReadContext } from "./limits.js";

/** Protobuf's wire types; groups (3 and 4) are in no ONNX file. */
const VARINT = 0;
const FIXED64 = 1;
/** The wire type of fields with a length: text, bytes, messages, packed lists. */
export const BYTES = 2;
const FIXED32 = 5;

const NO_BYTES = new Uint8Array(0);
const text = new TextDecoder("utf-8", { ignoreBOM: true });
const word = new DataView(new ArrayBuffer(8));

/** A place in a message, which only moves forward and never past its end. */
export class Cursor {
  at = 0;
  /** The two halves of the number that was read last, unsigned. */
  low = 0;
  high = 0;

  constructor(
    readonly bytes: Uint8Array,
    readonly context: ReadContext,
  ) {}

  /** @throws onnx/malformed */
  varint(): void {
    let [low, high] = [0, 0];
    for (let shift = 0; ; shift += 7) {
      if (this.at >= this.bytes.length) throw malformed(this.context.file, "it ends inside a number");
      if (shift > 63) throw malformed(this.context.file, "a number has more than ten bytes");
      const byte = this.bytes[this.at++]!;
      const part = byte & 127;
      if (shift <= 28) low |= part << shift;
      if (shift === 28) high = part >>> 4;
      if (shift > 28) high |= part << (shift - 32);
      if (byte < 128) break;
    }
    this.low = low >>> 0;
    this.high = high >>> 0;
  }

  /** The next bytes, as a view. @throws onnx/malformed */
  take(length: number): Uint8Array {
    const left = this.bytes.length - this.at;
    if (length > left) throw malformed(this.context.file, `a field of ${length} bytes where ${left} are left`);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  fixed(size: number): void {
    const view = this.take(size);
    this.low = (view[0]! | (view[1]! << 8) | (view[2]! << 16) | (view[3]! << 24)) >>> 0;
    this.high = size === 4 ? 0 : (view[4]! | (view[5]! << 8) | (view[6]! << 16) | (view[7]! << 24)) >>> 0;
  }
}

/** One field of a message. Asking for another type than the file has is an error. */
export class Field {
  constructor(
    readonly number: number,
    readonly wire: number,
    readonly low: number,
    readonly high: number,
    readonly content: Uint8Array,
    readonly context: ReadContext,
  ) {}

  #expect(wire: number): void {
    if (this.wire !== wire)
      throw malformed(this.context.file, `field ${this.number} has wire type ${this.wire}, expected ${wire}`);
  }

  /** A view. @throws onnx/malformed */
  bytes(): Uint8Array {
    this.#expect(BYTES);
    return this.content;
  }

  /** @throws onnx/malformed */
  text(): string {
    return text.decode(this.bytes());
  }

  /** @throws onnx/malformed */
  integer(): number {
    this.#expect(VARINT);
    return integerOf(this.low, this.high, this.context);
  }

  /** @throws onnx/malformed */
  float(): number {
    this.#expect(FIXED32);
    word.setUint32(0, this.low);
    return word.getFloat32(0);
  }

  /** A part of a repeated float, packed or not. @throws onnx/malformed */
  floats(): number[] {
    if (this.wire === FIXED32) return [this.float()];
    return Array.from(viewElements("f32", this.bytes()) as Float32Array); // f32 is stored so.
  }

  /** A part of a repeated int64, packed or not. @throws onnx/malformed */
  integers(): number[] {
    if (this.wire === VARINT) return [this.integer()];
    const cursor = new Cursor(this.bytes(), this.context);
    if (cursor.bytes.length > 10 * MOST_INTEGERS)
      throw overLimit(this.context.file, "integers in a list", MOST_INTEGERS);
    const found: number[] = [];
    while (cursor.at < cursor.bytes.length) {
      cursor.varint();
      found.push(integerOf(cursor.low, cursor.high, this.context));
    }
    return found;
  }

  /** As {@link integers}, modulo 2^64. @throws onnx/malformed */
  wideIntegers(): BigUint64Array {
    if (this.wire === VARINT) return BigUint64Array.of((BigInt(this.high) << 32n) | BigInt(this.low));
    const cursor = new Cursor(this.bytes(), this.context);
    const halves = new Uint32Array(2 * this.content.reduce((count, byte) => count + (byte < 128 ? 1 : 0), 0));
    for (let index = 0; cursor.at < cursor.bytes.length; index += 2) {
      cursor.varint();
      halves[index] = cursor.low;
      halves[index + 1] = cursor.high;
    }
    return new BigUint64Array(halves.buffer);
  }

  /** A part of a repeated float or double: its little-endian bytes, packed or not. @throws onnx/malformed */
  fixedBytes(size: 4 | 8): Uint8Array {
    if (this.wire === BYTES) return this.content;
    this.#expect(size === 4 ? FIXED32 : FIXED64);
    word.setUint32(0, this.low, true);
    word.setUint32(4, this.high, true);
    return new Uint8Array(word.buffer.slice(0, size));
  }
}

/** An int64 that a number holds exactly; the ends of its range, which say "as far as it goes", become ±2^63. */
function integerOf(low: number, high: number, { file }: ReadContext): number {
  const value = (high | 0) * 2 ** 32 + low;
  if (!Number.isSafeInteger(value) && Math.abs(value) !== 2 ** 63)
    throw malformed(file, `the integer ${value} is larger than 2^53`);
  return value;
}

/** A handler for each field, by number; other fields are skipped, as protobuf wants it. */
export type Handlers = Readonly<Record<number, (field: Field) => void>>;

/** Walks through one message; views, no copies. @throws onnx/malformed and what the handlers throw */
export function readMessage(bytes: Uint8Array, context: ReadContext, handlers: Handlers): void {
  const cursor = new Cursor(bytes, context);
  while (cursor.at < bytes.length) {
    const { number, wire } = readTag(cursor);
    const content = readContent(cursor, number, wire);
    handlers[number]?.(new Field(number, wire, cursor.low, cursor.high, content, context));
  }
}

/** @throws onnx/malformed */
export function readTag(cursor: Cursor): { readonly number: number; readonly wire: number } {
  cursor.varint();
  const [number, wire] = [cursor.low >>> 3, cursor.low & 7];
  if (number === 0 || cursor.high !== 0) throw malformed(cursor.context.file, "a field without a number");
  return { number, wire };
}

/** The length in front of a field's bytes; past 2^53 it is rounded, and still more than any file has. */
export function readLength(cursor: Cursor): number {
  cursor.varint();
  return cursor.high * 2 ** 32 + cursor.low;
}

/**
 * The content behind a tag: the bytes of a field that has a length; else none, and the number is in the cursor.
 * @throws onnx/malformed
 */
export function readContent(cursor: Cursor, number: number, wire: number): Uint8Array {
  if (wire === BYTES) return cursor.take(readLength(cursor));
  if (wire === VARINT) cursor.varint();
  else if (wire === FIXED64) cursor.fixed(8);
  else if (wire === FIXED32) cursor.fixed(4);
  else throw malformed(cursor.context.file, `field ${number} has the unknown wire type ${wire}`);
  return NO_BYTES;
}
