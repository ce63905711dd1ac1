/** A DataView over exactly the bytes of `bytes`. */
export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A little-endian u64. Past 2^53 it is rounded, which still fails every range check that it ought to fail. */
export const readU64 = (view: DataView, offsetBytes: number): number => Number(view.getBigUint64(offsetBytes, true));

/** Whether `bytes` holds `signature` at `offsetBytes`. */
export const hasBytes = (bytes: Uint8Array, signature: readonly number[], offsetBytes = 0): boolean =>
  signature.every((byte, index) => bytes[offsetBytes + index] === byte);

/** Bytes as characters, one each: for signatures and for what old pickles call strings. */
export function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += 8192)
    text += String.fromCharCode(...bytes.subarray(start, start + 8192));
  return text;
}

/** The bytes of each element in reverse order, as a copy. */
export function swapBytes(bytes: Uint8Array, elementBytes: number): Uint8Array {
  const swapped = new Uint8Array(bytes);
  if (elementBytes === 1) return swapped;
  for (let start = 0; start + elementBytes <= swapped.length; start += elementBytes)
    swapped.subarray(start, start + elementBytes).reverse();
  return swapped;
}

const encoder = new TextEncoder();

/** Text to UTF-8; half a surrogate pair becomes U+FFFD. */
export const encodeUtf8 = (text: string): Uint8Array => encoder.encode(text);

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8 to text, or `undefined` where the bytes are not UTF-8: a replaced character would let two names become one. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
