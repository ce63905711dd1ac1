/** Escapes of a Python 2 `repr` of a string, other than `\x` and octal ones. */
const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["a", "\x07"],
  ["b", "\b"],
  ["f", "\f"],
  ["v", "\v"],
  ["\\", "\\"],
  ["'", "'"],
  ['"', '"'],
  ["\n", ""],
]);

/** A quoted Python `repr` to the string it stands for; `undefined` where it is none. */
export function parseRepr(text: string): string | undefined {
  const quote = text[0];
  if (text.length < 2 || (quote !== "'" && quote !== '"') || text.at(-1) !== quote) return undefined;
  return text.slice(1, -1).replace(/\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|.)/gs, (whole, code: string) => {
    if (code.length === 3 && code[0] === "x") return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 255);
    return SIMPLE_ESCAPES.get(code) ?? whole;
  });
}

/** Python's raw-unicode-escape: only `\uXXXX` and `\UXXXXXXXX` are escapes. */
export const parseRawUnicode = (text: string): string =>
  text.replace(/\\u([0-9a-fA-F]{4})|\\U(0010[0-9a-fA-F]{4}|000[0-9a-fA-F]{5})/g, (_, short?: string, long?: string) =>
    String.fromCodePoint(Number.parseInt(short ?? long ?? "0", 16)),
  );

/** A Python float as protocol 0 writes it; `undefined` where it is none. */
export function parseFloatText(text: string): number | undefined {
  const special = new Map([
    ["nan", Number.NaN],
    ["inf", Number.POSITIVE_INFINITY],
    ["-inf", Number.NEGATIVE_INFINITY],
  ]).get(text.toLowerCase());
  if (special !== undefined) return special;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

/** A decimal int; a bigint only where a number would round. `undefined` where it is none. */
export function parseIntText(text: string): number | bigint | undefined {
  return /^[+-]?\d+$/.test(text) ? narrow(BigInt(text.replace("+", ""))) : undefined;
}

/** The int as a number where that is exact. */
const narrow = (value: bigint): number | bigint =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;

/** A little-endian two's-complement int of any length. */
export function parseIntBytes(bytes: Uint8Array): number | bigint {
  let hex = "";
  for (let index = bytes.length - 1; index >= 0; index--) hex += bytes[index]!.toString(16).padStart(2, "0");
  return hex === "" ? 0 : narrow(BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`)));
}
