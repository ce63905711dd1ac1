import { encodeBase64 } from "@yolo-compile/core";
import { wellFormed } from "./escape.js";
import type { Report } from "./report.js";

/** The version of the document, as docs/report.schema.json describes it. It rises when a reader would have to change. */
export const REPORT_VERSION = 1;

/** What a JSON document has besides figures. */
export interface JsonOptions {
  /** Whether pictures have their JPEG files, in base64. */
  readonly jpegs?: boolean;
}

/** The report as JSON. Numbers that JSON lacks are the strings `"NaN"`, `"Infinity"` and `"-Infinity"`. */
export function renderJson(report: Report, { jpegs = false }: JsonOptions = {}): string {
  const pictures = report.pictures?.map(({ jpeg, ...picture }) => (jpegs ? { ...picture, jpeg } : picture));
  const document = { version: REPORT_VERSION, ...report, ...(pictures && { pictures }) };
  return `${JSON.stringify(document, spell, 2)}\n`;
}

/** `JSON.stringify` asks a value's own `toJSON` first, which a subclass of Uint8Array may have; its holder has the bytes. */
function spell(this: unknown, key: string, value: unknown): unknown {
  const held: unknown = Reflect.get(Object(this), key);
  if (held instanceof Uint8Array) return encodeBase64(held);
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (typeof value === "string") return wellFormed(value);
  return value;
}
