const WAYS = 8;
/** Row n holds the CRC of each byte with n zero bytes behind it: eight bytes are looked up at once. */
const TABLE = crcTable();

function crcTable(): Int32Array {
  const table = new Int32Array(WAYS * 256);
  for (let index = 0; index < 256; index++) {
    let value = index;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
    table[index] = value;
  }
  for (let at = 256; at < table.length; at++) table[at] = (table[at - 256]! >>> 8) ^ table[table[at - 256]! & 255]!;
  return table;
}

type Crc32 = (bytes: Uint8Array, crc: number) => number;

/** The part of Node's global `process` that is used, without the types of Node. */
interface NodeProcess {
  getBuiltinModule?(name: "node:zlib"): { readonly crc32?: Crc32 };
}

/** Node's own, several times as fast; undefined in a browser, which has none. */
const ofNode = (): Crc32 | undefined =>
  (globalThis as { process?: NodeProcess }).process?.getBuiltinModule?.("node:zlib")?.crc32;

let fastest: Crc32 | undefined;

/** CRC-32 as zip and PNG use it. `crc` continues an earlier call. */
export function crc32(bytes: Uint8Array, crc = 0): number {
  fastest ??= ofNode() ?? computeCrc32;
  return fastest(bytes, crc);
}

/** {@link crc32} by tables. */
export function computeCrc32(bytes: Uint8Array, crc = 0): number {
  let value = ~crc;
  let at = 0;
  for (; at + WAYS <= bytes.length; at += WAYS) {
    value ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    value =
      TABLE[1792 + (value & 255)]! ^
      TABLE[1536 + ((value >>> 8) & 255)]! ^
      TABLE[1280 + ((value >>> 16) & 255)]! ^
      TABLE[1024 + (value >>> 24)]! ^
      TABLE[768 + bytes[at + 4]!]! ^
      TABLE[512 + bytes[at + 5]!]! ^
      TABLE[256 + bytes[at + 6]!]! ^
      TABLE[bytes[at + 7]!]!;
  }
  for (; at < bytes.length; at++) value = TABLE[(value ^ bytes[at]!) & 255]! ^ (value >>> 8);
  return ~value >>> 0;
}
