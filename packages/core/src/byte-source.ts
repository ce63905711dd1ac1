/**
 * Random access to bytes: a file, a buffer, a blob that a worker reads synchronously.
 * `read` returns exactly `length` bytes; callers check the range against `size` first.
 */
export interface ByteSource {
  /** The name in messages, usually the path. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  read(offsetBytes: number, length: number): Uint8Array;
  /** Fills `target`, for readers that take piece after piece into the same memory. Absent where `read` costs nothing. */
  readInto?(offsetBytes: number, target: Uint8Array): void;
}

/** A source over bytes in memory; reads are views. */
export const bytesSource = (name: string, bytes: Uint8Array): ByteSource => ({
  name,
  size: bytes.byteLength,
  read: (offsetBytes, length) => bytes.subarray(offsetBytes, offsetBytes + length),
});
