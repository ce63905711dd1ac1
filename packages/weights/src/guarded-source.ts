import type { ByteSource } from "@yolo-compile/core";
import { readAfterClose, shortRead, siblingMissing, siblingName, truncatedFile } from "./diagnostics.js";

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
  const check = (offsetBytes: number, length: number): void => {
    if (!open) throw readAfterClose(name);
    if (!(offsetBytes >= 0 && length >= 0 && offsetBytes + length <= size))
      throw truncatedFile(name, `a read of ${length} bytes at byte ${offsetBytes}`, offsetBytes + length, size);
  };
  return {
    name,
    size,
    read(offsetBytes, length) {
      check(offsetBytes, length);
      const bytes = source.read(offsetBytes, length);
      if (bytes.byteLength !== length) throw shortRead(name, offsetBytes, length, bytes.byteLength);
      // A subclass, as Node's Buffer is, may give `slice` and `subarray` other meanings.
      return new Uint8Array(bytes.buffer, bytes.byteOffset, length);
    },
    ...(source.readInto && {
      readInto(offsetBytes: number, target: Uint8Array) {
        check(offsetBytes, target.length);
        source.readInto?.(offsetBytes, target);
      },
    }),
    close() {
      if (!open) return;
      open = false;
      onClose();
    },
  };
}

/** The files beside one, each opened once, when it is first asked for, and closed together. */
export interface SiblingFiles {
  /** @throws weights/sibling */
  open(name: string): ByteSource;
  close(): void;
}

/** Guards what `open` gives; a name that could lead out of the directory is refused before. */
export function siblingFiles(file: string, open: ((name: string) => ByteSource) | undefined): SiblingFiles {
  const opened = new Map<string, GuardedSource>();
  return {
    open(name) {
      if (!/^[\w][\w .+-]*$/.test(name)) throw siblingName(file, name);
      if (!open) throw siblingMissing(file, name, "this caller opens single files only");
      const source = opened.get(name) ?? guardSource(open(name));
      opened.set(name, source);
      return source;
    },
    close() {
      for (const source of opened.values()) source.close();
    },
  };
}
