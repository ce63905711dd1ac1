import type { ByteSource } from "@yolo-compile/core";

/** Part of a source, as a source of its own. Readers check ranges against `size`, as of any other. */
export const sliceSource = (source: ByteSource, name: string, startBytes: number, size: number): ByteSource => ({
  name,
  size,
  read: (offsetBytes, length) => source.read(startBytes + offsetBytes, length),
  ...(source.readInto && {
    readInto: (offsetBytes: number, target: Uint8Array) => source.readInto?.(startBytes + offsetBytes, target),
  }),
});
