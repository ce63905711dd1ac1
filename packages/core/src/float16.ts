const word = new Uint32Array(1);
const single = new Float32Array(word.buffer);

/** The largest finite binary16. */
export const LARGEST_HALF = 65504;

/** IEEE binary16 bits to a number; exact. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The nearest binary16 to `value`, ties to even, overflow to infinity. Rounds once, straight from float64. */
export function numberToHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | roundHalfEven(size * 2 ** 24);
  const exponent = Math.floor(Math.log2(size));
  const scale = size < 2 ** exponent ? exponent - 1 : size >= 2 ** (exponent + 1) ? exponent + 1 : exponent;
  return sign | (((scale + 15) << 10) + roundHalfEven((size / 2 ** scale - 1) * 1024));
}

/** bfloat16 bits to a number; exact. */
export function bfloatToNumber(bits: number): number {
  word[0] = bits << 16;
  return single[0]!;
}

/** The nearest bfloat16 to the float32 nearest to `value`, ties to even. */
export function numberToBfloat(value: number): number {
  single[0] = value;
  const bits = word[0]!;
  if (Number.isNaN(value)) return 0x7fc0;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** `value` to the nearest integer, ties to even: Python's `round`. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

let halfTable: Float32Array | undefined;

/** binary16 bits to float32, through a table of all 65536 values. */
export function halvesToFloats(bits: Uint16Array): Float32Array {
  halfTable ??= Float32Array.from({ length: 65536 }, (_, index) => halfToNumber(index));
  const table = halfTable;
  const floats = new Float32Array(bits.length);
  for (let index = 0; index < bits.length; index++) floats[index] = table[bits[index]!]!;
  return floats;
}
