import type { ByteSource } from "@yolo-compile/core";
import { malformed } from "./diagnostics.js";
import type { ReadContext } from "./limits.js";
import { BYTES, Cursor, Field, readContent, readLength, readTag } from "./wire.js";

/** A range of a source. */
export interface Place {
  readonly startBytes: number;
  readonly endBytes: number;
}

/** Reads the bytes of a place. */
export const bytesAt = (source: ByteSource, { startBytes, endBytes }: Place): Uint8Array =>
  source.read(startBytes, endBytes - startBytes);

/** One field of a message that lies in a source. */
export interface PlacedField extends Place {
  readonly number: number;
  /** The field with its content, which is read at each call. @throws onnx/malformed */
  read(): Field;
}

/** Bytes that are read at a time. */
const WINDOW_BYTES = 1 << 16;
/** A tag and a length, or a tag and a number: two varints. */
const HEAD_BYTES = 20;
const NO_BYTES = new Uint8Array(0);

/** A handler for each field, by number; other fields are skipped, as protobuf wants it. */
export type PlaceHandlers = Readonly<Record<number, (field: PlacedField) => void>>;

/**
 * Walks through one message, whose fields are read only where they are asked for.
 * @throws onnx/malformed and what the handlers throw
 */
export function walkMessage(source: ByteSource, place: Place, context: ReadContext, handlers: PlaceHandlers): void {
  const { endBytes } = place;
  let window: Uint8Array = NO_BYTES;
  let windowStart = 0;
  for (let at = place.startBytes; at < endBytes; ) {
    const needed = Math.min(HEAD_BYTES, endBytes - at);
    if (at + needed > windowStart + window.length) {
      window = source.read(at, Math.min(WINDOW_BYTES, endBytes - at));
      windowStart = at;
    }
    const field = placeField(source, window.subarray(at - windowStart), { startBytes: at, endBytes }, context);
    handlers[field.number]?.(field);
    at = field.endBytes;
  }
}

/** The field that begins with `bytes`, the first of those between `startBytes` and the message's end. */
function placeField(source: ByteSource, bytes: Uint8Array, place: Place, context: ReadContext): PlacedField {
  const cursor = new Cursor(bytes, context);
  const { number, wire } = readTag(cursor);
  if (wire !== BYTES) {
    readContent(cursor, number, wire);
    const field = new Field(number, wire, cursor.low, cursor.high, NO_BYTES, context);
    const startBytes = place.startBytes + cursor.at;
    return { number, startBytes, endBytes: startBytes, read: () => field };
  }
  const length = readLength(cursor);
  const startBytes = place.startBytes + cursor.at;
  const left = place.endBytes - startBytes;
  if (length > left) throw malformed(context.file, `a field of ${length} bytes where ${left} are left`);
  const inWindow = cursor.at + length <= bytes.length ? bytes.subarray(cursor.at, cursor.at + length) : undefined;
  const content = (): Uint8Array => inWindow ?? source.read(startBytes, length);
  return {
    number,
    startBytes,
    endBytes: startBytes + length,
    read: () => new Field(number, wire, 0, 0, content(), context),
  };
}
