import { encodeBase64 } from "@yolo-compile/core";
import { wellFormed } from "./escape.js";
import type { Report } from "./report.js";

/**
 * The report as JSON. Numbers that JSON lacks are the strings `"NaN"`, `"Infinity"` and `"-Infinity"`; pictures are base64.
 */
export const renderJson = (report: Report): string => `${JSON.stringify(report, spell, 2)}\n`;

/** `JSON.stringify` asks a value's own `toJSON` first, which a subclass of Uint8Array may have; its holder has the bytes. */
function spell(this: unknown, key: string, value: unknown): unknown {
  const held: unknown = Reflect.get(Object(this), key);
  if (held instanceof Uint8Array) return encodeBase64(held);
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (typeof value === "string") return wellFormed(value);
  return value;
}
