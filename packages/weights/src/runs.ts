import type { ByteRun } from "@yolo-compile/core";
import { swapBytes } from "./bytes.js";

/** A run whose elements are big-endian, as little-endian ones. */
export const swappedRun = (run: ByteRun, elementBytes: number): ByteRun => ({
  length: run.length,
  read: () => swapBytes(run.read(), elementBytes),
  *pieces() {
    for (const piece of run.pieces()) yield swapBytes(piece, elementBytes);
  },
});

/** A run without its first bytes, which are read all the same: checksums are of the whole. */
export function runBehind(run: ByteRun, startBytes: number): ByteRun {
  const read = (): Uint8Array => run.read().subarray(startBytes);
  return {
    length: run.length - startBytes,
    read,
    *pieces() {
      // Pieces stay multiples of eight bytes.
      if (startBytes % 8 !== 0) yield read();
      else yield* behind(run.pieces(), startBytes);
    },
  };
}

function* behind(pieces: Iterable<Uint8Array>, startBytes: number): Generator<Uint8Array> {
  let left = startBytes;
  for (const piece of pieces) {
    if (left < piece.length) yield piece.subarray(left);
    left = Math.max(0, left - piece.length);
  }
}
