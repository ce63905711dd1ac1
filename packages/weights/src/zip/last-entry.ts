import type { ByteSource } from "@yolo-compile/core";
import { decodeUtf8, hasBytes, viewOf } from "../bytes.js";
import type { LastEntry } from "../diagnostics.js";

const LOCAL_SIGNATURE = [0x50, 0x4b, 3, 4];
const LOCAL_HEADER_BYTES = 30;
const WINDOW_BYTES = 1 << 20;
/** An entry longer than this hides its own header from the search; the message then names none. */
const SEARCH_BYTES = 64 << 20;
const SIZES_FOLLOW_DATA = 8;
const MAX_NAME_BYTES = 1024;

/**
 * The last local header in a zip that has lost its end, found from behind because torch writes sizes after the data,
 * so that the entries cannot be walked from the front.
 */
export function findLastEntry(source: ByteSource): LastEntry | undefined {
  const stop = Math.max(0, source.size - SEARCH_BYTES);
  let end = source.size;
  while (end > stop) {
    const start = Math.max(stop, end - WINDOW_BYTES);
    // Windows overlap by a header and its name, so that neither is cut in two.
    const length = Math.min(source.size, end + LOCAL_HEADER_BYTES + MAX_NAME_BYTES) - start;
    const bytes = source.read(start, length);
    for (let at = bytes.lastIndexOf(0x50); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(0x50, at - 1)) {
      const entry = readLocalHeader(bytes, at, start);
      if (entry) return entry;
    }
    end = start;
  }
  return undefined;
}

function readLocalHeader(bytes: Uint8Array, at: number, startOffset: number): LastEntry | undefined {
  if (!hasBytes(bytes, LOCAL_SIGNATURE, at) || at + LOCAL_HEADER_BYTES > bytes.length) return undefined;
  const view = viewOf(bytes);
  const nameStart = at + LOCAL_HEADER_BYTES;
  const nameBytes = view.getUint16(at + 26, true);
  if (nameBytes === 0 || nameBytes > MAX_NAME_BYTES || nameStart + nameBytes > bytes.length) return undefined;
  const name = decodeUtf8(bytes.subarray(nameStart, nameStart + nameBytes));
  if (name === undefined) return undefined;
  const dataStart = startOffset + nameStart + nameBytes + view.getUint16(at + 28, true);
  const sizesFollow = (view.getUint16(at + 6, true) & SIZES_FOLLOW_DATA) !== 0;
  const endBytes = sizesFollow ? undefined : dataStart + view.getUint32(at + 18, true);
  return { name, offsetBytes: startOffset + at, endBytes };
}
