import type { ByteSource } from "@yolo-compile/core";
import { decodeUtf8, latin1, readU64, viewOf } from "../bytes.js";
import { pickleLimit, pickleMalformed } from "../diagnostics.js";

/** Bytes that are read at a time: a pickle of YOLOv5n has 90 KB, and behind a legacy one gigabytes of weights follow. */
const WINDOW_BYTES = 1 << 17;

/** Reads a pickle's bytes in order, through a window. Every read is checked against what is left. */
export class PickleCursor {
  /** The offset of the next byte in the source. */
  offsetBytes: number;
  readonly #endBytes: number;
  #window: Uint8Array = new Uint8Array();
  #view = viewOf(this.#window);
  #windowStart: number;

  constructor(
    readonly file: string,
    readonly source: ByteSource,
    startBytes: number,
    readonly limitBytes: number,
  ) {
    this.offsetBytes = startBytes;
    this.#windowStart = startBytes;
    this.#endBytes = Math.min(source.size, startBytes + limitBytes);
  }

  u8(): number {
    const byte = this.#window[this.offsetBytes - this.#windowStart];
    if (byte !== undefined) {
      this.offsetBytes++;
      return byte;
    }
    const at = this.#advance(1);
    return this.#window[at]!;
  }

  u16(): number {
    const at = this.#advance(2);
    return this.#view.getUint16(at, true);
  }

  i32(): number {
    const at = this.#advance(4);
    return this.#view.getInt32(at, true);
  }

  u32(): number {
    const at = this.#advance(4);
    return this.#view.getUint32(at, true);
  }

  u64(): number {
    const at = this.#advance(8);
    return readU64(this.#view, at);
  }

  /** The next eight bytes, the only big-endian number of a pickle. */
  f64(): number {
    const at = this.#advance(8);
    return this.#view.getFloat64(at, false);
  }

  /** A view, not a copy. */
  take(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.#window.subarray(start, start + length);
  }

  utf8(length: number): string {
    return decodeUtf8(this.take(length)) ?? this.malformed("a string is not valid UTF-8");
  }

  /** The rest of a line, without its end. */
  line(): string {
    for (let wanted = WINDOW_BYTES; ; wanted *= 2) {
      const start = this.offsetBytes - this.#windowStart;
      const end = this.#window.indexOf(0x0a, start);
      if (end >= 0) {
        const text = latin1(this.take(end - start));
        this.offsetBytes++;
        return text;
      }
      if (this.#windowStart + this.#window.length >= this.#endBytes) return this.#ended("a line has no end");
      this.#refill(wanted);
    }
  }

  /** Checks that so much is left, without reading it. */
  need(length: number): void {
    const left = this.#endBytes - this.offsetBytes;
    if (!(length >= 0 && length <= left)) this.#ended(`${length} bytes are needed, ${left} are left`);
  }

  /** @throws pickle/malformed always */
  malformed(what: string): never {
    throw pickleMalformed(this.file, this.offsetBytes, what);
  }

  /** The place of the next `length` bytes in the window. */
  #advance(length: number): number {
    this.need(length);
    if (this.offsetBytes + length > this.#windowStart + this.#window.length) this.#refill(length);
    const start = this.offsetBytes - this.#windowStart;
    this.offsetBytes += length;
    return start;
  }

  #refill(length: number): void {
    const wanted = Math.min(Math.max(length, WINDOW_BYTES), this.#endBytes - this.offsetBytes);
    this.#window = this.source.read(this.offsetBytes, wanted);
    this.#view = viewOf(this.#window);
    this.#windowStart = this.offsetBytes;
  }

  /** Whether the pickle or what may be read of it ended. */
  #ended(what: string): never {
    if (this.#endBytes < this.source.size)
      throw pickleLimit(this.file, this.offsetBytes, "bytes in one pickle", this.limitBytes);
    return this.malformed(this.offsetBytes === this.#endBytes ? "the pickle ends without STOP" : what);
  }
}
