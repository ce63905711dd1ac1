import type { PickleCursor } from "./cursor.js";
import type { PickleNames } from "./suspicious.js";

/**
 * The frames of a pickle, which only tell how much to read at once. Python's readers disagree about an opcode that a frame's
 * end cuts (https://github.com/python/cpython/issues/154848), and no pickler writes one: such a pickle means to deceive.
 */
export class PickleFrames {
  #endBytes = 0;

  constructor(
    readonly cursor: PickleCursor,
    readonly names: PickleNames,
  ) {}

  begin(startBytes: number, length: number): void {
    if (this.#endBytes > startBytes) this.#fail("a frame begins in another one");
    this.#endBytes = startBytes + length;
  }

  /** After each opcode. */
  check(offsetBytes: number): void {
    if (this.#endBytes === 0 || offsetBytes < this.#endBytes) return;
    if (offsetBytes > this.#endBytes) this.#fail("a frame ends within an opcode");
    this.#endBytes = 0;
  }

  #fail(what: string): never {
    this.names.noteFrame();
    return this.cursor.malformed(what);
  }
}
