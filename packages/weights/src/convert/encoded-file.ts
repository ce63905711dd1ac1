import { byteLength, type LazyTensor, type Tensor, tensorBytes } from "@yolo-compile/core";

/** A file in the making: its size is known before the first tensor is read, and one tensor is in memory at a time. */
export interface EncodedFile {
  readonly byteLength: number;
  /** The bytes in order; each tensor is read once. The same every time. */
  chunks(): Iterable<Uint8Array>;
}

/** What is written: state_dict names to tensors, and text beside them. */
export interface WeightsToWrite {
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  readonly metadata?: ReadonlyMap<string, string>;
}

/** A tensor's little-endian bytes, as many as its type promises. */
export function bytesToWrite(lazy: LazyTensor): Uint8Array {
  const tensor: Tensor = lazy.read();
  const bytes = tensorBytes(tensor);
  if (bytes.byteLength !== byteLength(lazy))
    throw new Error(`a tensor of ${byteLength(lazy)} bytes gave ${bytes.byteLength}`);
  return bytes;
}
