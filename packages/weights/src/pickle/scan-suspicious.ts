import { type ByteSource, bytesSource, isCompileError } from "@yolo-compile/core";
import { Inflate } from "fflate";
import { hasBytes, viewOf } from "../bytes.js";
import { PickleNames } from "./suspicious.js";
import { unpickle } from "./unpickle.js";

const LOCAL_SIGNATURE = [0x50, 0x4b, 3, 4];
const LOCAL_HEADER_BYTES = 30;
const DEFLATE = 8;
/** The size of a piece of compressed data, which inflates to at most 1032 times as many bytes. */
const DEFLATED_BYTES = 4096;
const MAX_ENTRIES = 1000;
/** The most consecutive pickles that are read in one place. */
const MAX_PICKLES = 64;
/** The most bytes that are scanned in one place: pickles name their functions early. */
const PLACE_BYTES = 1 << 20;
/** The most bytes that are scanned in all places, after inflating: every byte may be an opcode. */
const TOTAL_BYTES = 8 << 20;
/** The most bytes that are searched for headers, where an entry does not say how long it is. */
const SEARCH_BYTES = 64 << 20;
const WINDOW_BYTES = 1 << 20;

/**
 * Dangerous names in a file that cannot be read: one built to confuse readers may still be run by Python. Scans for pickles
 * at its beginning and in the entries of a zip archive, whatever its directory, flags and checksums say.
 */
export function scanSuspicious(source: ByteSource): readonly string[] {
  const names = new PickleNames();
  try {
    let left = TOTAL_BYTES;
    for (const place of places(source)) {
      const length = Math.min(place.endBytes - place.startBytes, PLACE_BYTES, left);
      const stored = source.read(place.startBytes, length);
      const bytes = place.deflated ? inflated(stored, Math.min(PLACE_BYTES, left)) : stored;
      collect(bytesSource(source.name, bytes), names);
      left -= bytes.length;
      if (left <= 0) break;
    }
  } catch (error) {
    if (!isCompileError(error)) throw error;
  }
  return names.suspicious;
}

/** Reads pickles one behind the other, up to the first that is broken. */
function collect(source: ByteSource, names: PickleNames): void {
  let at = 0;
  try {
    for (let count = 0; count < MAX_PICKLES && at < source.size; count++)
      at = unpickle(source.name, source, at, { names }).endBytes;
  } catch (error) {
    if (!isCompileError(error)) throw error;
  }
}

interface Place {
  readonly startBytes: number;
  readonly endBytes: number;
  readonly deflated?: boolean;
}

/**
 * The beginning of the file, then the data of each entry of a zip archive, from the front; where a header does not lead to the
 * next one, that is searched for. No byte is in two entries.
 */
function* places(source: ByteSource): Generator<Place> {
  yield { startBytes: 0, endBytes: source.size };
  let searchBytes = SEARCH_BYTES;
  let at = 0;
  for (let count = 0; count < MAX_ENTRIES && isHeader(source, at); count++) {
    const view = viewOf(source.read(at, LOCAL_HEADER_BYTES));
    const startBytes = at + LOCAL_HEADER_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
    const said = startBytes + view.getUint32(18, true);
    const next = isHeader(source, said) ? said : findHeader(source, startBytes, searchBytes);
    if (next !== said) searchBytes -= (next ?? source.size) - startBytes;
    at = next ?? source.size;
    if (startBytes < at) yield { startBytes, endBytes: at, deflated: view.getUint16(8, true) === DEFLATE };
  }
}

const isHeader = (source: ByteSource, at: number): boolean =>
  at + LOCAL_HEADER_BYTES <= source.size && hasBytes(source.read(at, 4), LOCAL_SIGNATURE);

function findHeader(source: ByteSource, startBytes: number, searchBytes: number): number | undefined {
  const stop = Math.min(source.size - LOCAL_HEADER_BYTES, startBytes + searchBytes);
  for (let start = startBytes; start < stop; start += WINDOW_BYTES) {
    const bytes = source.read(start, Math.min(WINDOW_BYTES + 3, source.size - start));
    for (let at = bytes.indexOf(0x50); at >= 0; at = bytes.indexOf(0x50, at + 1))
      if (hasBytes(bytes, LOCAL_SIGNATURE, at)) return start + at;
  }
  return undefined;
}

/** The first `length` bytes that inflate from `bytes`, or fewer where these are damaged. */
function inflated(bytes: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  let filled = 0;
  const inflate = new Inflate((piece) => {
    const taken = piece.subarray(0, length - filled);
    out.set(taken, filled);
    filled += taken.length;
  });
  try {
    for (let at = 0; at < bytes.length && filled < length; at += DEFLATED_BYTES)
      inflate.push(bytes.subarray(at, at + DEFLATED_BYTES));
  } catch {
    // What follows the compressed data is an error of the library, and of no interest.
  }
  return out.subarray(0, filled);
}
