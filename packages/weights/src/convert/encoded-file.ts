import { byteLength, type LazyTensor, piecesOf } from "@yolo-compile/core";

/** A file in the making: its size is known before the first tensor is read, and a piece of one is in memory at a time. */
export interface EncodedFile {
  readonly byteLength: number;
  /** The bytes in order; each tensor is read once. The same every time. A chunk is there until the next is asked for. */
  chunks(): Iterable<Uint8Array>;
}

/** What is written: state_dict names to tensors, and text beside them. */
export interface WeightsToWrite {
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  readonly metadata?: ReadonlyMap<string, string>;
}

/** A tensor's little-endian bytes in pieces, as many as its type promises. A piece is there until the next is asked for. */
export function* bytesToWrite(tensor: LazyTensor): Generator<Uint8Array> {
  let written = 0;
  for (const { buffer, byteOffset, byteLength: length } of piecesOf(tensor)) {
    yield new Uint8Array(buffer, byteOffset, length);
    written += length;
  }
  if (written !== byteLength(tensor)) throw new Error(`a tensor of ${byteLength(tensor)} bytes gave ${written}`);
}
