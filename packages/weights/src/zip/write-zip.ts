import { crc32 } from "@yolo-compile/core";
import { encodeUtf8 } from "../bytes.js";
import type { EncodedFile } from "../convert/encoded-file.js";
import { nameUnwritable } from "../diagnostics.js";
import { LOCAL_HEADER_BYTES } from "./directory.js";

/** An entry to store. `pieces` are `sizeBytes` in all, asked for once. */
export interface StoredEntry {
  readonly name: string;
  readonly sizeBytes: number;
  pieces(): Iterable<Uint8Array>;
}

interface Placed extends StoredEntry {
  readonly nameBytes: Uint8Array;
  readonly headerOffset: number;
}

type Field = readonly [bytes: 2 | 4 | 8, value: number];

const CENTRAL_HEADER_BYTES = 46;
const END_BYTES = 22;
const END64_BYTES = 56 + 20;
const LOCAL_EXTRA_BYTES = 20;
const CENTRAL_EXTRA_BYTES = 28;
const DESCRIPTOR_BYTES = 16;
const DESCRIPTOR64_BYTES = 24;
const ABSENT_32 = 0xffffffff;
const MAX_COUNT = 0xffff;
/** Version 4.5 reads zip64. */
const VERSION = 45;
/** Names in UTF-8; checksum and sizes behind the data, so that these need not be in memory. */
const FLAGS = 0x0800 | 0x0008;
/** 1980-01-01, the first day that zip knows: the same bytes on every day. */
const DATE = 0x21;

/**
 * A zip of uncompressed entries, each of its own name. Those past 4 GB, and such archives, are written as zip64.
 * @throws weights/name
 */
export function writeStoredZip(entries: readonly StoredEntry[]): EncodedFile {
  const placed: Placed[] = [];
  let offset = 0;
  for (const entry of entries) {
    const nameBytes = encodeUtf8(entry.name);
    if (nameBytes.length > MAX_COUNT || /^\/|\\|\0|(^|\/)\.\.(\/|$)|^[A-Za-z]:/.test(entry.name))
      throw nameUnwritable("a zip archive", entry.name, "it would be a path out of the archive");
    placed.push({ ...entry, nameBytes, headerOffset: offset });
    offset += localBytes(entry, nameBytes);
  }
  const directoryBytes = placed.reduce((total, entry) => total + centralBytes(entry), 0);
  const is64 = isLarge(offset) || isLarge(directoryBytes) || placed.length >= MAX_COUNT;
  return {
    byteLength: offset + directoryBytes + (is64 ? END64_BYTES : 0) + END_BYTES,
    *chunks() {
      const sums: number[] = [];
      for (const entry of placed) {
        yield localHeader(entry);
        let sum = 0;
        for (const piece of entry.pieces()) {
          sum = crc32(piece, sum);
          yield piece;
        }
        sums.push(sum);
        yield descriptor(entry, sum);
      }
      for (const [index, entry] of placed.entries()) yield centralHeader(entry, sums[index]!);
      yield end(placed.length, directoryBytes, offset, is64);
    },
  };
}

const isLarge = (value: number): boolean => value >= ABSENT_32;
const isWide = ({ sizeBytes, headerOffset }: Placed): boolean => isLarge(sizeBytes) || isLarge(headerOffset);
const localBytes = ({ sizeBytes }: StoredEntry, nameBytes: Uint8Array): number =>
  LOCAL_HEADER_BYTES +
  nameBytes.length +
  sizeBytes +
  (isLarge(sizeBytes) ? LOCAL_EXTRA_BYTES + DESCRIPTOR64_BYTES : DESCRIPTOR_BYTES);
const centralBytes = (entry: Placed): number =>
  CENTRAL_HEADER_BYTES + entry.nameBytes.length + (isWide(entry) ? CENTRAL_EXTRA_BYTES : 0);

/** Little-endian fields, then bytes. */
function record(fields: readonly Field[], ...rest: readonly Uint8Array[]): Uint8Array {
  const length = fields.reduce((total, [bytes]) => total + bytes, 0);
  const bytes = new Uint8Array(rest.reduce((total, part) => total + part.length, length));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else if (size === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += size;
  }
  for (const part of rest) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Stored, dated {@link DATE}: what both headers of an entry have in common. */
const shared = (crc: number, size: number): Field[] => [
  [2, VERSION],
  [2, FLAGS],
  [2, 0],
  [2, 0],
  [2, DATE],
  [4, crc],
  [4, size],
  [4, size],
];

/** The local header. Its zip64 extra field, if any, says that the sizes behind the data take eight bytes. */
function localHeader({ nameBytes, sizeBytes }: Placed): Uint8Array {
  const extra = isLarge(sizeBytes)
    ? record([
        [2, 1],
        [2, 16],
        [8, 0],
        [8, 0],
      ])
    : new Uint8Array();
  const size = isLarge(sizeBytes) ? ABSENT_32 : 0;
  return record([[4, 0x04034b50], ...shared(0, size), [2, nameBytes.length], [2, extra.length]], nameBytes, extra);
}

function descriptor({ sizeBytes }: Placed, crc: number): Uint8Array {
  const width = isLarge(sizeBytes) ? 8 : 4;
  return record([
    [4, 0x08074b50],
    [4, crc],
    [width, sizeBytes],
    [width, sizeBytes],
  ]);
}

function centralHeader(entry: Placed, crc: number): Uint8Array {
  const { nameBytes, sizeBytes, headerOffset } = entry;
  const wide = isWide(entry);
  const extra = wide
    ? record([
        [2, 1],
        [2, 24],
        [8, sizeBytes],
        [8, sizeBytes],
        [8, headerOffset],
      ])
    : new Uint8Array();
  const fields: Field[] = [
    [4, 0x02014b50],
    [2, VERSION],
    ...shared(crc, wide ? ABSENT_32 : sizeBytes),
    [2, nameBytes.length],
    [2, extra.length],
    [2, 0],
    [2, 0],
    [2, 0],
    [4, 0],
    [4, wide ? ABSENT_32 : headerOffset],
  ];
  return record(fields, nameBytes, extra);
}

function end(count: number, directoryBytes: number, offset: number, is64: boolean): Uint8Array {
  const at = offset + directoryBytes;
  const end64: Field[] = [
    [4, 0x06064b50],
    [8, 44],
    [2, VERSION],
    [2, VERSION],
    [4, 0],
    [4, 0],
    [8, count],
    [8, count],
    [8, directoryBytes],
    [8, offset],
    [4, 0x07064b50],
    [4, 0],
    [8, at],
    [4, 1],
  ];
  const shortCount = is64 ? MAX_COUNT : count;
  return record([
    ...(is64 ? end64 : []),
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, shortCount],
    [2, shortCount],
    [4, is64 ? ABSENT_32 : directoryBytes],
    [4, is64 ? ABSENT_32 : offset],
    [2, 0],
  ]);
}
