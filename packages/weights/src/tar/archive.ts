import type { ByteSource } from "@yolo-compile/core";
import { latin1 } from "../bytes.js";
import { tarMalformed, truncatedFile } from "../diagnostics.js";

/** A file in a tar archive. */
export interface TarEntry {
  readonly startBytes: number;
  readonly sizeBytes: number;
}

const BLOCK_BYTES = 512;
const CHECKSUM = { start: 148, end: 156 } as const;
/** `0` and NUL. Others are links, directories, and headers of headers. */
const REGULAR: readonly number[] = [0x30, 0];
/** The archives that are read have four entries. */
const MAX_ENTRIES = 64;

/** Whether a block is the header of an entry: only a checksum tells, v7 archives have no signature. */
export function isTarHeader(block: Uint8Array): boolean {
  if (block.length < BLOCK_BYTES || block[0] === 0) return false;
  let sum = 0;
  for (let at = 0; at < BLOCK_BYTES; at++) sum += at >= CHECKSUM.start && at < CHECKSUM.end ? 0x20 : block[at]!;
  return octal(block, CHECKSUM.start, CHECKSUM.end) === sum;
}

/**
 * The regular files of a tar archive, by name.
 * @throws tar/malformed, weights/truncated
 */
export function readTar(source: ByteSource): ReadonlyMap<string, TarEntry> {
  const entries = new Map<string, TarEntry>();
  let at = 0;
  for (let count = 0; at + BLOCK_BYTES <= source.size; count++) {
    const header = source.read(at, BLOCK_BYTES);
    if (header.every((byte) => byte === 0)) break;
    if (!isTarHeader(header)) throw tarMalformed(source.name, `no entry at byte ${at}`);
    if (count === MAX_ENTRIES) throw tarMalformed(source.name, `more than ${MAX_ENTRIES} entries`);
    const name = text(header, 0, 100);
    const sizeBytes = octal(header, 124, 136);
    if (sizeBytes === undefined) throw tarMalformed(source.name, `entry ${name} has no size`);
    const startBytes = at + BLOCK_BYTES;
    if (startBytes + sizeBytes > source.size)
      throw truncatedFile(source.name, `entry ${name}`, startBytes + sizeBytes, source.size);
    if (REGULAR.includes(header[156]!)) {
      if (entries.has(name)) throw tarMalformed(source.name, `two entries are named ${name}`);
      entries.set(name, { startBytes, sizeBytes });
    }
    at = startBytes + Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES;
  }
  return entries;
}

const text = (block: Uint8Array, start: number, end: number): string =>
  latin1(block.subarray(start, end)).replace(/\0.*$/s, "");

/** A number in octal digits, or in base 256 where the first bit says so (entries of 8 GB and more). */
function octal(block: Uint8Array, start: number, end: number): number | undefined {
  if (block[start] === 0x80) return block.subarray(start + 1, end).reduce((value, byte) => value * 256 + byte, 0);
  const digits = text(block, start, end).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}
