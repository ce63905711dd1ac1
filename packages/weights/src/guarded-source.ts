import type { ByteSource } from "@yolo-compile/core";
import { readAfterClose, shortRead, truncatedFile } from "./diagnostics.js";

/** A source whose every read is in range and whole, and that can be closed. */
export interface GuardedSource extends ByteSource {
  close(): void;
}

/**
 * @throws weights/truncated on a read past the end, weights/read on one that gives too few bytes,
 * weights/closed after `close`
 */
export function guardSource(source: ByteSource, onClose: () => void = () => {}): GuardedSource {
  const { name, size } = source;
  let open = true;
  return {
    name,
    size,
    read(offsetBytes, length) {
      if (!open) throw readAfterClose(name);
      if (!(offsetBytes >= 0 && length >= 0 && offsetBytes + length <= size))
        throw truncatedFile(name, `a read of ${length} bytes at byte ${offsetBytes}`, offsetBytes + length, size);
      const bytes = source.read(offsetBytes, length);
      if (bytes.byteLength !== length) throw shortRead(name, offsetBytes, length, bytes.byteLength);
      // A subclass, as Node's Buffer is, may give `slice` and `subarray` other meanings.
      return new Uint8Array(bytes.buffer, bytes.byteOffset, length);
    },
    close() {
      if (!open) return;
      open = false;
      onClose();
    },
  };
}
