import { decodeUtf8, latin1, readU64, viewOf } from "../bytes.js";
import { pickleMalformed } from "../diagnostics.js";

/** Reads a pickle's bytes in order. Every read is checked against what is left. */
export class PickleCursor {
  offsetBytes = 0;
  readonly #view: DataView;

  constructor(
    readonly file: string,
    readonly bytes: Uint8Array,
  ) {
    this.#view = viewOf(bytes);
  }

  u8(): number {
    const byte = this.bytes[this.offsetBytes];
    if (byte === undefined) return this.malformed("the pickle ends without STOP");
    this.offsetBytes++;
    return byte;
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  u64(): number {
    return readU64(this.#view, this.#advance(8));
  }

  /** Pickle's one big-endian number. */
  f64(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** A view, not a copy. */
  take(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.bytes.subarray(start, start + length);
  }

  utf8(length: number): string {
    return decodeUtf8(this.take(length)) ?? this.malformed("a string is not valid UTF-8");
  }

  /** The rest of a line, without its end. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.offsetBytes);
    if (end < 0) return this.malformed("a line has no end");
    const bytes = this.take(end - this.offsetBytes);
    this.offsetBytes++;
    return latin1(bytes);
  }

  /** @throws pickle/malformed always */
  malformed(what: string): never {
    throw pickleMalformed(this.file, this.offsetBytes, what);
  }

  #advance(length: number): number {
    const start = this.offsetBytes;
    const left = this.bytes.length - start;
    if (!(length >= 0 && length <= left)) this.malformed(`${length} bytes are needed, ${left} are left`);
    this.offsetBytes += length;
    return start;
  }
}
