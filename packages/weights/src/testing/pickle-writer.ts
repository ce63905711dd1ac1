/** Bytes of a pickle in the making: opcodes that leave one value on the stack, or act on what is there. */
export type Code = readonly number[];

const utf8 = new TextEncoder();

const u32 = (value: number): Code => [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255];
const ascii = (text: string): Code => Array.from(text, (character) => character.charCodeAt(0));

/** A whole pickle: PROTO, one value, STOP. */
export const pickle = (value: Code, protocol = 2): Uint8Array => Uint8Array.from([0x80, protocol, ...value, 0x2e]);

/** Opcodes without a protocol header. */
export const raw = (...codes: readonly (number | string | Code)[]): Code =>
  codes.flatMap((code) => (typeof code === "string" ? ascii(code) : code));

export const none: Code = [0x4e];
export const bool = (value: boolean): Code => [value ? 0x88 : 0x89];
/** BININT1, BININT, or LONG1 of eight bytes. */
export function int(value: number): Code {
  if (value >= 0 && value < 256) return [0x4b, value];
  if (Math.abs(value) < 2 ** 31) return [0x4a, ...u32(value)];
  const bytes = new Uint8Array(new BigInt64Array([BigInt(value)]).buffer);
  return [0x8a, 8, ...bytes];
}
export function float(value: number): Code {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return [0x47, ...new Uint8Array(view.buffer)];
}
export function text(value: string): Code {
  const bytes = utf8.encode(value);
  return [0x58, ...u32(bytes.length), ...bytes];
}
export const bytes = (value: readonly number[]): Code => [0x42, ...u32(value.length), ...value];
export const tuple = (...items: readonly Code[]): Code => [0x28, ...items.flat(), 0x74];
export const list = (...items: readonly Code[]): Code => [0x5d, 0x28, ...items.flat(), 0x65];
/** Keys that are strings may be given as such. */
export const dict = (...entries: readonly (readonly [Code | string, Code])[]): Code => [
  0x7d,
  0x28,
  ...pairs(entries),
  0x75,
];
const pairs = (entries: readonly (readonly [Code | string, Code])[]): Code =>
  entries.flatMap(([key, value]) => [...(typeof key === "string" ? text(key) : key), ...value]);
export const global = (module: string, name: string): Code => raw("c", `${module}\n${name}\n`);
export const reduce = (callable: Code, ...args: readonly Code[]): Code => [...callable, ...tuple(...args), 0x52];
export const newObject = (callable: Code, ...args: readonly Code[]): Code => [...callable, ...tuple(...args), 0x81];
export const build = (object: Code, state: Code): Code => [...object, ...state, 0x62];
export const orderedDict = (...entries: readonly (readonly [Code | string, Code])[]): Code => [
  ...reduce(global("collections", "OrderedDict")),
  0x28,
  ...pairs(entries),
  0x75,
];
export const set = (...items: readonly Code[]): Code => reduce(global("__builtin__", "set"), list(...items));
export const persistent = (id: Code): Code => [...id, 0x51];
/** Keeps the value on top of the stack. */
export const put = (index: number): Code => [0x72, ...u32(index)];
export const get = (index: number): Code => [0x6a, ...u32(index)];
