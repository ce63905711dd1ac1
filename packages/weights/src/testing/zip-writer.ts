import { crc32 } from "@yolo-compile/core";
import { deflateSync } from "fflate";

/** An entry to write; the optional parts make it lie. */
export interface NewEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly deflate?: boolean;
  readonly method?: number;
  readonly flags?: number;
  /** Bytes of padding in the local header's extra field, as torch writes them. */
  readonly padding?: number;
  readonly crc32?: number;
  readonly sizeBytes?: number;
  readonly compressedBytes?: number;
  readonly headerOffset?: number;
  readonly localName?: string;
  /** Sizes and offset in a zip64 extra field. */
  readonly zip64?: boolean;
}

export interface ZipOptions {
  readonly comment?: string;
  /** End records as torch writes them. */
  readonly zip64?: boolean;
  readonly count?: number;
  readonly directoryOffset?: number;
}

const ABSENT = 0xffffffff;
const utf8 = new TextEncoder();

/** Little-endian fields: [bytes, value]. */
function fields(...list: readonly (readonly [number, number])[]): Uint8Array {
  const bytes = new Uint8Array(list.reduce((total, [length]) => total + length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [length, value] of list) {
    if (length === 2) view.setUint16(at, value, true);
    else if (length === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += length;
  }
  return bytes;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function localHeader(entry: NewEntry, data: Uint8Array, method: number): Uint8Array {
  const name = utf8.encode(entry.localName ?? entry.name);
  const padding = new Uint8Array(entry.padding ?? 0);
  const head = fields([4, 0x04034b50], [2, 20], [2, entry.flags ?? 0], [2, method], [4, 0]);
  const sizes = fields([4, entry.crc32 ?? crc32(entry.bytes)], [4, data.length], [4, entry.bytes.length]);
  return concat(head, sizes, fields([2, name.length], [2, padding.length]), name, padding, data);
}

function centralHeader(entry: NewEntry, data: Uint8Array, method: number, offset: number): Uint8Array {
  const name = utf8.encode(entry.name);
  const size = entry.sizeBytes ?? entry.bytes.length;
  const compressed = entry.compressedBytes ?? data.length;
  const headerOffset = entry.headerOffset ?? offset;
  const extra = entry.zip64 ? fields([2, 1], [2, 24], [8, size], [8, compressed], [8, headerOffset]) : new Uint8Array();
  const narrow = (value: number): number => (entry.zip64 ? ABSENT : value);
  return concat(
    fields([4, 0x02014b50], [2, 20], [2, 20], [2, entry.flags ?? 0], [2, method], [4, 0]),
    fields([4, entry.crc32 ?? crc32(entry.bytes)], [4, narrow(compressed)], [4, narrow(size)]),
    fields([2, name.length], [2, extra.length], [2, 0], [2, 0], [2, 0], [4, 0], [4, narrow(headerOffset)]),
    name,
    extra,
  );
}

/** A zip archive in memory. */
export function zipOf(entries: readonly NewEntry[], options: ZipOptions = {}): Uint8Array {
  const locals: Uint8Array[] = [];
  const centrals: Uint8Array[] = [];
  let offset = 0;
  for (const entry of entries) {
    const method = entry.method ?? (entry.deflate ? 8 : 0);
    const data = entry.deflate ? deflateSync(entry.bytes) : entry.bytes;
    const local = localHeader(entry, data, method);
    locals.push(local);
    centrals.push(centralHeader(entry, data, method, offset));
    offset += local.length;
  }
  const directory = concat(...centrals);
  const count = options.count ?? entries.length;
  const place = options.directoryOffset ?? offset;
  const comment = utf8.encode(options.comment ?? "");
  const end64 = options.zip64
    ? endRecords64(count, directory.length, place, offset + directory.length)
    : new Uint8Array();
  const end = fields(
    ...([
      [4, 0x06054b50],
      [2, 0],
      [2, 0],
    ] as const),
    [2, count],
    [2, count],
    [4, directory.length],
    [4, options.zip64 ? ABSENT : place],
    [2, comment.length],
  );
  return concat(...locals, directory, end64, end, comment);
}

function endRecords64(count: number, directoryBytes: number, place: number, at: number): Uint8Array {
  const record = fields(
    ...([
      [4, 0x06064b50],
      [8, 44],
      [2, 45],
      [2, 45],
      [4, 0],
      [4, 0],
    ] as const),
    [8, count],
    [8, count],
    [8, directoryBytes],
    [8, place],
  );
  return concat(record, fields([4, 0x07064b50], [4, 0], [8, at], [4, 1]));
}
