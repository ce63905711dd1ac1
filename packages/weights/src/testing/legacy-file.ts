import * as p from "./pickle-writer.js";
import { concat } from "./zip-writer.js";

/** torch's mark: the int 0x1950a86a20f9469cfc6c. */
const MARK = p.raw(0x8a, 10, [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]);

/** Elements with their number in front, as torch wrote storages before 1.6. */
export const storageBytes = (count: number, { buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  concat(new Uint8Array(BigInt64Array.of(BigInt(count)).buffer), new Uint8Array(buffer, byteOffset, byteLength));

export interface NewLegacyFile {
  readonly root: p.Code;
  /** By key: elements and their number. */
  readonly storages?: readonly (readonly [key: string, elements: ArrayBufferView & { readonly length: number }])[];
  readonly mark?: p.Code;
  readonly version?: p.Code;
  readonly keys?: p.Code;
  readonly protocol?: number;
}

/** A file as torch.save wrote it before 1.6. */
export function legacyFile({
  root,
  storages = [],
  mark = MARK,
  version = p.int(1001),
  protocol = 2,
  ...rest
}: NewLegacyFile) {
  const system = p.dict(["protocol_version", p.int(1001)], ["little_endian", p.bool(true)]);
  const keys = rest.keys ?? p.list(...storages.map(([key]) => p.text(key)));
  return concat(
    ...[mark, version, system, root, keys].map((code) => p.pickle(code, protocol)),
    ...storages.map(([, elements]) => storageBytes(elements.length, elements)),
  );
}
