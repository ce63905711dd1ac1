import { type ByteRun, type ByteSource, bytesSource, crc32, isCompileError, sourceRun } from "@yolo-compile/core";
import { Inflate, inflateSync } from "fflate";
import { decodeUtf8, hasBytes, latin1, viewOf } from "../bytes.js";
import { zipBomb, zipContent, zipMalformed, zipMethod } from "../diagnostics.js";
import { LOCAL_HEADER_BYTES, readDirectory, type ZipEntry } from "./directory.js";

export type { ZipEntry };

/** Random access to the entries of a zip archive. */
export interface ZipArchive {
  readonly name: string;
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /**
   * A whole entry, its CRC checked.
   * @throws zip/content, zip/malformed, zip/method, zip/bomb
   */
  readAll(entry: ZipEntry): Uint8Array;
  /**
   * The first bytes of an entry, `length` of them at most; a compressed one is inflated no further.
   * @throws zip/content, zip/malformed, zip/method
   */
  readStart(entry: ZipEntry, length: number): Uint8Array;
  /**
   * Part of an entry. Of a stored entry only that part is read, and its CRC is checked where the part is the whole: in pieces
   * after the last one. The run itself throws nothing, its reads do.
   * @throws zip/content, zip/malformed, zip/method, zip/bomb
   */
  run(entry: ZipEntry, offsetBytes: number, length: number): ByteRun;
}

const LOCAL_SIGNATURE = [0x50, 0x4b, 3, 4];
const STORED = 0;
const DEFLATE = 8;
/** Deflate reaches 1032; weights and pickles stay below 20, and torch.save does not compress at all. */
const MAX_RATIO = 200;
/** Under this size a ratio says nothing: a small tensor of zeros. */
const RATIO_FREE_BYTES = 1 << 20;
/** The largest allocation that every engine accepts for one typed array. */
const MAX_INFLATED_BYTES = 2 ** 31 - 2;

/**
 * Opens a zip by its central directory.
 * @throws weights/truncated, zip/malformed, zip/overlap, zip/duplicate, zip/name, zip/encrypted
 */
export function openZip(source: ByteSource): ZipArchive {
  const entries = readDirectory(source);
  const dataOffsets = new Map<ZipEntry, number>();
  // Weights that share a compressed storage are read one after another: the last one stays.
  let inflated: { readonly entry: ZipEntry; readonly bytes: Uint8Array } | undefined;

  const dataOffset = (entry: ZipEntry): number => {
    const offset = dataOffsets.get(entry) ?? findData(source, entry);
    dataOffsets.set(entry, offset);
    return offset;
  };
  const inflate = (entry: ZipEntry): Uint8Array => {
    if (inflated?.entry === entry) return inflated.bytes;
    const bytes = inflateEntry(source, entry, dataOffset(entry));
    inflated = { entry, bytes };
    return bytes;
  };
  const placed = (entry: ZipEntry, offsetBytes: number, length: number): ByteRun => {
    if (offsetBytes + length > entry.sizeBytes)
      throw zipContent(source.name, entry.name, `has ${entry.sizeBytes} bytes, ${offsetBytes + length} are needed`);
    if (entry.method === DEFLATE) return sourceRun(bytesSource(source.name, inflate(entry)), offsetBytes, length);
    if (entry.method !== STORED) throw zipMethod(source.name, entry.name, entry.method);
    if (entry.sizeBytes !== entry.compressedBytes)
      throw zipMalformed(
        source.name,
        `stored entry ${entry.name} is ${entry.compressedBytes} and ${entry.sizeBytes} bytes`,
      );
    return sourceRun(source, dataOffset(entry) + offsetBytes, length);
  };
  const run = (entry: ZipEntry, offsetBytes: number, length: number): ByteRun => {
    const checked = entry.method === STORED && length === entry.sizeBytes;
    return {
      length,
      read() {
        const bytes = placed(entry, offsetBytes, length).read();
        if (checked) checkCrc(source.name, entry, bytes);
        return bytes;
      },
      *pieces() {
        const { pieces } = placed(entry, offsetBytes, length);
        yield* checked ? checkedPieces(source.name, entry, pieces()) : pieces();
      },
    };
  };
  const readAll = (entry: ZipEntry): Uint8Array => run(entry, 0, entry.sizeBytes).read();
  return {
    name: source.name,
    entries,
    run,
    readAll,
    readStart: (entry, length) =>
      entry.method === DEFLATE
        ? inflateStart(source, entry, dataOffset(entry), length)
        : placed(entry, 0, Math.min(length, entry.sizeBytes)).read(),
  };
}

/** The data begins after the local header, whose extra field torch pads for alignment: the directory's differs. */
function findData(source: ByteSource, entry: ZipEntry): number {
  const header = source.read(entry.headerOffset, LOCAL_HEADER_BYTES);
  if (!hasBytes(header, LOCAL_SIGNATURE))
    throw zipMalformed(source.name, `no entry at byte ${entry.headerOffset}, where the directory has ${entry.name}`);
  const view = viewOf(header);
  const nameBytes = view.getUint16(26, true);
  const offset = entry.headerOffset + LOCAL_HEADER_BYTES + nameBytes + view.getUint16(28, true);
  if (offset + entry.compressedBytes > entry.endOffset)
    throw zipMalformed(
      source.name,
      `entry ${entry.name} reaches to byte ${offset + entry.compressedBytes}, what follows begins at ${entry.endOffset}`,
    );
  const bytes = source.read(entry.headerOffset + LOCAL_HEADER_BYTES, nameBytes);
  const name = decodeUtf8(bytes) ?? latin1(bytes);
  if (name !== entry.name || view.getUint16(8, true) !== entry.method)
    throw zipMalformed(
      source.name,
      `the directory and the header at byte ${entry.headerOffset} disagree about entry ${entry.name}`,
    );
  return offset;
}

function inflateEntry(source: ByteSource, entry: ZipEntry, dataOffset: number): Uint8Array {
  const { name, compressedBytes, sizeBytes } = entry;
  if (sizeBytes > MAX_INFLATED_BYTES)
    throw zipBomb(source.name, name, compressedBytes, sizeBytes, `${MAX_INFLATED_BYTES} bytes`);
  if (sizeBytes > RATIO_FREE_BYTES && sizeBytes > MAX_RATIO * compressedBytes)
    throw zipBomb(source.name, name, compressedBytes, sizeBytes, `${MAX_RATIO} to one`);
  const compressed = source.read(dataOffset, compressedBytes);
  let bytes: Uint8Array;
  try {
    // One byte more than declared: an entry that holds too much is then seen to, since fflate stops at the end of `out`.
    bytes = inflateSync(compressed, { out: new Uint8Array(sizeBytes + 1) });
  } catch (error) {
    throw doesNotInflate(source.name, name, error);
  }
  if (bytes.length !== sizeBytes)
    throw zipContent(
      source.name,
      name,
      `inflates to ${bytes.length > sizeBytes ? "more" : bytes.length} bytes, ${sizeBytes} were declared`,
    );
  checkCrc(source.name, entry, bytes);
  return bytes;
}

function checkCrc(file: string, entry: ZipEntry, bytes: Uint8Array): void {
  for (const _ of checkedPieces(file, entry, [bytes]));
}

/** One piece of compressed data gives at most 1032 times as many bytes. */
const PIECE_BYTES = 4096;

function inflateStart(source: ByteSource, entry: ZipEntry, dataOffset: number, length: number): Uint8Array {
  const start = new Uint8Array(length);
  let filled = 0;
  const inflate = new Inflate((piece) => {
    const taken = piece.subarray(0, length - filled);
    start.set(taken, filled);
    filled += taken.length;
  });
  try {
    for (let at = 0; at < entry.compressedBytes && filled < length; at += PIECE_BYTES) {
      const bytes = source.read(dataOffset + at, Math.min(PIECE_BYTES, entry.compressedBytes - at));
      inflate.push(bytes, at + PIECE_BYTES >= entry.compressedBytes);
    }
  } catch (error) {
    if (isCompileError(error)) throw error;
    throw doesNotInflate(source.name, entry.name, error);
  }
  return start.subarray(0, filled);
}

const doesNotInflate = (file: string, name: string, error: unknown) =>
  zipContent(file, name, `does not inflate: ${error instanceof Error ? error.message : String(error)}`);

/** Hands pieces of a whole entry on and checks their CRC at the end. torch.serialization.set_crc32_options(False) writes 0. */
function* checkedPieces(file: string, entry: ZipEntry, pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  let found = 0;
  for (const piece of pieces) {
    if (entry.crc32 !== 0) found = crc32(piece, found);
    yield piece;
  }
  if (found !== entry.crc32)
    throw zipContent(
      file,
      entry.name,
      `is damaged: its CRC-32 is ${found.toString(16)}, the directory says ${entry.crc32.toString(16)}`,
    );
}
