import { byteLength, type LazyTensor, piecesOf } from "@yolo-compile/core";

/**
 * A file to be written: its size is known before the first tensor is read, and only one piece of a tensor is in memory at a
 * time.
 */
export interface EncodedFile {
  readonly byteLength: number;
  /** The bytes in order, the same at every call; each tensor is read once. A chunk is valid until the next one is asked for. */
  chunks(): Iterable<Uint8Array>;
}

/** The contents of a file to write: tensors by state_dict name, and metadata. */
export interface WeightsToWrite {
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  readonly metadata?: ReadonlyMap<string, string>;
}

/**
 * A tensor's little-endian bytes in pieces, exactly as many as its type needs. A piece is valid until the next one is asked
 * for.
 */
export function* bytesToWrite(tensor: LazyTensor): Generator<Uint8Array> {
  let written = 0;
  for (const { buffer, byteOffset, byteLength: length } of piecesOf(tensor)) {
    yield new Uint8Array(buffer, byteOffset, length);
    written += length;
  }
  if (written !== byteLength(tensor)) throw new Error(`a tensor of ${byteLength(tensor)} bytes gave ${written}`);
}
