/** Characters that `String.fromCharCode` takes at once without running out of stack. */
const CHUNK = 8192;

/** Bytes in base64. */
export function base64(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += CHUNK)
    text += String.fromCharCode(...bytes.subarray(start, start + CHUNK));
  return btoa(text);
}
