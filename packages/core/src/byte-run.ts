import type { ByteSource } from "./byte-source.js";
import { viewElements } from "./dtype.js";
import type { LazyTensor, TensorType } from "./tensor.js";

/** Consecutive bytes of a file. */
export interface ByteRun {
  readonly length: number;
  /** All bytes at once. */
  read(): Uint8Array;
  /**
   * The same bytes, many kilobytes at a time; each piece but the last is a multiple of eight bytes long. A piece is valid
   * until the next one is asked for, which may reuse its memory.
   */
  pieces(): Iterable<Uint8Array>;
}

const PIECE_BYTES = 1 << 17;

/** A range of a source. The caller has checked that the source has it. */
export const sourceRun = (source: ByteSource, startBytes: number, length: number): ByteRun => ({
  length,
  read: () => source.read(startBytes, length),
  *pieces() {
    const memory = new Uint8Array(source.readInto ? Math.min(PIECE_BYTES, length) : 0);
    for (let at = 0; at < length; at += PIECE_BYTES) {
      const size = Math.min(PIECE_BYTES, length - at);
      const piece = memory.subarray(0, size);
      source.readInto?.(startBytes + at, piece);
      yield source.readInto ? piece : source.read(startBytes + at, size);
    }
  },
});

/** The tensor whose little-endian elements are a run, in row-major order. The caller has checked that the lengths agree. */
export const runTensor = ({ dtype, shape }: TensorType, run: ByteRun): LazyTensor => ({
  dtype,
  shape,
  read: () => ({ dtype, shape, data: viewElements(dtype, run.read()) }),
  *pieces() {
    for (const bytes of run.pieces()) yield viewElements(dtype, bytes);
  },
});
