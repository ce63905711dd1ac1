import { concat } from "./zip-writer.js";

/** A safetensors file; a header that is text is written as it is. */
export function safetensorsFile(
  header: unknown,
  data: Uint8Array = new Uint8Array(),
  headerBytes?: number,
): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(headerBytes ?? text.length), true);
  return concat(length, text, data);
}
