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

/** CRC-32 as zip and PNG use it. `crc` continues an earlier call. */
export function crc32(bytes: Uint8Array, crc = 0): number {
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
