import type { ByteSource } from "@yolo-compile/core";
import { decodeUtf8, hasBytes, latin1, readU64, viewOf } from "../bytes.js";
import { truncatedZip, zipDuplicate, zipEncrypted, zipMalformed, zipName, zipOverlap } from "../diagnostics.js";
import { findLastEntry } from "./last-entry.js";

/** An entry of the central directory. */
export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflate. */
  readonly method: number;
  readonly compressedBytes: number;
  readonly sizeBytes: number;
  readonly crc32: number;
  /** The offset of its local header. */
  readonly headerOffset: number;
  /** The offset of the next entry, or of the directory: the entry's bytes end before it. */
  readonly endOffset: number;
}

interface DirectoryPlace {
  readonly offset: number;
  readonly bytes: number;
  readonly count: number;
}

/** Bytes of a local header before its name. */
export const LOCAL_HEADER_BYTES = 30;
const CENTRAL_HEADER_BYTES = 46;
const END_BYTES = 22;
const END64_BYTES = 56;
const LOCATOR_BYTES = 20;
const MAX_COMMENT_BYTES = 0xffff;
const CENTRAL_SIGNATURE = [0x50, 0x4b, 1, 2];
const END_SIGNATURE = [0x50, 0x4b, 5, 6];
const END64_SIGNATURE = [0x50, 0x4b, 6, 6];
const LOCATOR_SIGNATURE = [0x50, 0x4b, 6, 7];
const ENCRYPTED = 0x0001 | 0x0040 | 0x2000;
const ABSENT_32 = 0xffffffff;
const ZIP64_FIELD = 1;
/** One entry is one weight, and the largest published networks have some ten thousand. Bounds the memory of the table. */
const MAX_ENTRIES = 262_144;

/**
 * The entries of a zip archive, by name, in directory order. Extents are checked against the file and each other.
 * @throws weights/truncated, zip/malformed, zip/overlap, zip/duplicate, zip/name, zip/encrypted
 */
export function readDirectory(source: ByteSource): ReadonlyMap<string, ZipEntry> {
  const place = findDirectory(source);
  if (place.count > MAX_ENTRIES) throw zipMalformed(source.name, `${place.count} entries, the limit is ${MAX_ENTRIES}`);
  if (place.count * CENTRAL_HEADER_BYTES > place.bytes)
    throw zipMalformed(source.name, `a directory of ${place.bytes} bytes cannot hold ${place.count} entries`);
  const bytes = source.read(place.offset, place.bytes);
  const entries: ZipEntry[] = [];
  let offset = 0;
  for (let index = 0; index < place.count; index++) {
    const { entry, nextOffset } = readCentralHeader(source.name, bytes, offset);
    entries.push(entry);
    offset = nextOffset;
  }
  return byName(source.name, withEnds(source.name, entries, place.offset));
}

function findDirectory(source: ByteSource): DirectoryPlace {
  const tailOffset = Math.max(0, source.size - END_BYTES - MAX_COMMENT_BYTES);
  const tail = source.read(tailOffset, source.size - tailOffset);
  const view = viewOf(tail);
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (!hasBytes(tail, END_SIGNATURE, at) || at + END_BYTES + view.getUint16(at + 20, true) !== tail.length) continue;
    const end = { offset: view.getUint32(at + 16, true), bytes: view.getUint32(at + 12, true) };
    const count = view.getUint16(at + 10, true);
    if (view.getUint16(at + 4, true) !== view.getUint16(at + 6, true))
      throw zipMalformed(source.name, "the archive is split over several files");
    const place = findDirectory64(source, tailOffset + at) ?? { ...end, count };
    if (place.offset + place.bytes > tailOffset + at)
      throw zipMalformed(
        source.name,
        `the directory is said to reach from byte ${place.offset} to ${place.offset + place.bytes}, the archive's end record is at ${tailOffset + at}`,
      );
    return place;
  }
  throw truncatedZip(source.name, source.size, findLastEntry(source));
}

function findDirectory64(source: ByteSource, endOffset: number): DirectoryPlace | undefined {
  if (endOffset < LOCATOR_BYTES + END64_BYTES) return undefined;
  const locator = source.read(endOffset - LOCATOR_BYTES, LOCATOR_BYTES);
  if (!hasBytes(locator, LOCATOR_SIGNATURE)) return undefined;
  const offset = readU64(viewOf(locator), 8);
  if (offset + END64_BYTES > endOffset - LOCATOR_BYTES)
    throw zipMalformed(source.name, `the zip64 end record is said to be at byte ${offset}, past the end`);
  const record = source.read(offset, END64_BYTES);
  if (!hasBytes(record, END64_SIGNATURE)) throw zipMalformed(source.name, `no zip64 end record at byte ${offset}`);
  const view = viewOf(record);
  return { count: readU64(view, 32), bytes: readU64(view, 40), offset: readU64(view, 48) };
}

function readCentralHeader(file: string, bytes: Uint8Array, offset: number): { entry: ZipEntry; nextOffset: number } {
  const view = viewOf(bytes);
  if (offset + CENTRAL_HEADER_BYTES > bytes.length || !hasBytes(bytes, CENTRAL_SIGNATURE, offset))
    throw zipMalformed(file, `no directory entry at byte ${offset} of the directory`);
  const nameStart = offset + CENTRAL_HEADER_BYTES;
  const extraStart = nameStart + view.getUint16(offset + 28, true);
  const commentStart = extraStart + view.getUint16(offset + 30, true);
  const nextOffset = commentStart + view.getUint16(offset + 32, true);
  if (nextOffset > bytes.length) throw zipMalformed(file, `the directory entry at byte ${offset} is cut off`);
  const name = checkedName(file, bytes.subarray(nameStart, extraStart));
  if (view.getUint16(offset + 8, true) & ENCRYPTED) throw zipEncrypted(file, name);
  const narrow = [
    view.getUint32(offset + 24, true),
    view.getUint32(offset + 20, true),
    view.getUint32(offset + 42, true),
  ];
  const [sizeBytes, compressedBytes, headerOffset] = widen(
    file,
    name,
    narrow,
    bytes.subarray(extraStart, commentStart),
  );
  const method = view.getUint16(offset + 10, true);
  const crc32 = view.getUint32(offset + 16, true);
  return {
    entry: {
      name,
      method,
      crc32,
      sizeBytes: sizeBytes!,
      compressedBytes: compressedBytes!,
      headerOffset: headerOffset!,
      endOffset: 0,
    },
    nextOffset,
  };
}

/** Size, compressed size and offset, each taken from the zip64 extra field where the 32-bit one says so. */
function widen(file: string, name: string, narrow: readonly number[], extra: Uint8Array): number[] {
  if (!narrow.includes(ABSENT_32)) return [...narrow];
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== ZIP64_FIELD) continue;
    const end = Math.min(extra.length, at + 4 + view.getUint16(at + 2, true));
    let next = at + 4;
    return narrow.map((value) => {
      if (value !== ABSENT_32) return value;
      if (next + 8 > end) throw zipMalformed(file, `the zip64 field of entry ${name} is too short`);
      next += 8;
      return readU64(view, next - 8);
    });
  }
  return [...narrow];
}

function checkedName(file: string, bytes: Uint8Array): string {
  const name = decodeUtf8(bytes) ?? latin1(bytes);
  if (name === "") throw zipName(file, name, "is empty");
  if (name.includes("\0")) throw zipName(file, name, "holds a NUL character");
  if (name.startsWith("/") || name.includes("\\") || /^[A-Za-z]:/.test(name))
    throw zipName(file, name, "is not a relative path");
  if (name.split("/").includes("..")) throw zipName(file, name, "leaves the archive");
  return name;
}

function withEnds(file: string, entries: readonly ZipEntry[], directoryOffset: number): ZipEntry[] {
  const order = entries.map((_, index) => index).sort((a, b) => entries[a]!.headerOffset - entries[b]!.headerOffset);
  const placed = [...entries];
  for (const [rank, index] of order.entries()) {
    const entry = entries[index]!;
    const next = entries[order[rank + 1] ?? -1];
    const endOffset = next?.headerOffset ?? directoryOffset;
    // The name is at least as many bytes as it has UTF-16 units.
    const leastEnd = entry.headerOffset + LOCAL_HEADER_BYTES + entry.name.length + entry.compressedBytes;
    if (leastEnd > endOffset) throw zipOverlap(file, entry.name, next?.name ?? "the directory");
    placed[index] = { ...entry, endOffset };
  }
  return placed;
}

function byName(file: string, entries: readonly ZipEntry[]): ReadonlyMap<string, ZipEntry> {
  const map = new Map<string, ZipEntry>();
  for (const entry of entries) {
    if (map.has(entry.name)) throw zipDuplicate(file, entry.name);
    map.set(entry.name, entry);
  }
  return map;
}
