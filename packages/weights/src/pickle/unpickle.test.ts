import { expect, test } from "@jest/globals";
import { bytesSource } from "@yolo-compile/core";
import { codeOf, errorOf } from "../testing/outcome.js";
import * as p from "../testing/pickle-writer.js";
import type { PickleLimits } from "./limits.js";
import { PickleNames } from "./suspicious.js";
import { unpickle } from "./unpickle.js";

const unpickleBytes = (bytes: Uint8Array, startBytes = 0, limits: Partial<PickleLimits> = {}) =>
  unpickle("t", bytesSource("t", bytes), startBytes, { limits });
const load = (code: p.Code, protocol?: number) => unpickleBytes(p.pickle(code, protocol)).value;
const loadRaw = (...codes: readonly (number | string | p.Code)[]) =>
  unpickleBytes(Uint8Array.from(p.raw(...codes))).value;

test.each<[string, p.Code, unknown]>([
  ["NONE", p.none, null],
  ["NEWTRUE", p.bool(true), true],
  ["NEWFALSE", p.bool(false), false],
  ["BININT1", p.raw("K", 200), 200],
  ["BININT2", p.raw("M", [1, 2]), 513],
  ["BININT", p.raw("J", [255, 255, 255, 255]), -1],
  ["INT", p.raw("I-12\n"), -12],
  ["INT as bool", p.raw("I01\n"), true],
  ["LONG", p.raw("L123L\n"), 123],
  ["LONG1 empty", p.raw(0x8a, 0), 0],
  ["LONG1 negative", p.raw(0x8a, 1, 0xfe), -2],
  [
    "LONG1 past 2^53",
    p.raw(0x8a, 10, [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]),
    0x1950a86a20f9469cfc6cn,
  ],
  ["LONG4", p.raw(0x8b, [2, 0, 0, 0], [0, 1]), 256],
  ["BINFLOAT", p.float(1.5), { kind: "float", value: 1.5 }],
  ["FLOAT", p.raw("F-2.5e3\n"), { kind: "float", value: -2500 }],
  ["FLOAT inf", p.raw("F-inf\n"), { kind: "float", value: Number.NEGATIVE_INFINITY }],
  ["BINUNICODE", p.text("中'"), "中'"],
  ["SHORT_BINUNICODE", p.raw(0x8c, 2, "hi"), "hi"],
  ["BINUNICODE8", p.raw(0x8d, [2, 0, 0, 0, 0, 0, 0, 0], "hi"), "hi"],
  ["a byte order mark is kept", p.text("\ufeffx"), "\ufeffx"],
  ["UNICODE", p.raw("Va\\u4e2d\\n\n"), "a中\\n"],
  ["STRING", p.raw("S'a\\x41\\n\\'\\101'\n"), "aA\n'A"],
  ["SHORT_BINSTRING", p.raw("U", 2, "hi"), "hi"],
  ["BINSTRING of bytes", p.raw("T", [1, 0, 0, 0], [0xff]), "ÿ"],
  ["SHORT_BINBYTES", p.raw("C", 1, [7]), { kind: "bytes", bytes: Uint8Array.of(7) }],
  ["BINBYTES", p.bytes([1, 2]), { kind: "bytes", bytes: Uint8Array.of(1, 2) }],
  ["BINBYTES8", p.raw(0x8e, [1, 0, 0, 0, 0, 0, 0, 0], [9]), { kind: "bytes", bytes: Uint8Array.of(9) }],
  ["BYTEARRAY8", p.raw(0x96, [1, 0, 0, 0, 0, 0, 0, 0], [9]), { kind: "bytes", bytes: Uint8Array.of(9) }],
  ["EMPTY_TUPLE", p.raw(")"), { kind: "tuple", items: [] }],
  ["TUPLE1", p.raw("K", 1, 0x85), { kind: "tuple", items: [1] }],
  ["TUPLE2", p.raw("K", 1, "K", 2, 0x86), { kind: "tuple", items: [1, 2] }],
  ["TUPLE3", p.raw("K", 1, "K", 2, "K", 3, 0x87), { kind: "tuple", items: [1, 2, 3] }],
  ["TUPLE", p.tuple(p.int(1), p.none), { kind: "tuple", items: [1, null] }],
  ["EMPTY_LIST, APPENDS", p.list(p.int(1), p.int(2)), { kind: "list", items: [1, 2] }],
  ["APPEND", p.raw("]K", 5, "a"), { kind: "list", items: [5] }],
  ["LIST", p.raw("(K", 5, "l"), { kind: "list", items: [5] }],
  [
    "EMPTY_DICT, SETITEMS",
    p.dict(["a", p.int(1)], [p.int(2), p.none]),
    {
      kind: "dict",
      entries: new Map<unknown, unknown>([
        ["a", 1],
        [2, null],
      ]),
    },
  ],
  ["SETITEM", p.raw("}", p.text("a"), "K", 1, "s"), { kind: "dict", entries: new Map([["a", 1]]) }],
  ["DICT", p.raw("(", p.text("a"), "K", 1, "d"), { kind: "dict", entries: new Map([["a", 1]]) }],
  ["EMPTY_SET, ADDITEMS", p.raw(0x8f, "(K", 1, 0x90), { kind: "set", items: [1] }],
  ["FROZENSET", p.raw("(K", 1, 0x91), { kind: "set", items: [1] }],
  ["POP", p.raw("K", 1, "K", 2, "0"), 1],
  ["POP of a mark", p.raw("K", 1, "(0"), 1],
  ["POP_MARK", p.raw("K", 1, "(K", 2, "K", 3, "1"), 1],
  ["DUP", p.raw("K", 1, "2", 0x86), { kind: "tuple", items: [1, 1] }],
  ["PUT, GET", p.raw("K", 7, "p300\n0g300\n"), 7],
  ["BINPUT, BINGET", p.raw("K", 7, "q", 3, "0h", 3), 7],
  ["LONG_BINPUT, LONG_BINGET", p.raw("K", 7, p.put(70000), "0", p.get(70000)), 7],
  ["MEMOIZE", p.raw("K", 7, 0x94, "K", 8, 0x94, "00h", 1), 8],
  ["FRAME", p.raw(0x95, [1, 0, 0, 0, 0, 0, 0, 0], "N"), null],
  ["BINPERSID", p.persistent(p.text("x")), { kind: "persistent", id: "x" }],
  ["PERSID", p.raw("Px\n"), { kind: "persistent", id: "x" }],
])("%s", (_, code, expected) => {
  expect(load(code, 4)).toEqual(expected);
});

const osSystem = { kind: "global", module: "os", name: "system", key: "os system" };

test.each<[string, p.Code, unknown]>([
  ["GLOBAL", p.global("os", "system"), osSystem],
  ["STACK_GLOBAL", p.raw(p.text("os"), p.text("system"), 0x93), osSystem],
  [
    "REDUCE",
    p.reduce(p.global("os", "system"), p.text("ls")),
    { kind: "object", made: "reduce", callable: osSystem, args: ["ls"] },
  ],
  ["NEWOBJ", p.newObject(p.global("os", "system")), { kind: "object", made: "new", callable: osSystem, args: [] }],
  [
    "NEWOBJ_EX",
    p.raw(p.global("os", "system"), ")", p.dict(["k", p.int(1)]), 0x92),
    {
      kind: "object",
      made: "new",
      callable: osSystem,
      args: [],
      kwargs: { kind: "dict", entries: new Map([["k", 1]]) },
    },
  ],
  [
    "INST",
    p.raw("(", p.text("ls"), "ios\nsystem\n"),
    { kind: "object", made: "reduce", callable: osSystem, args: ["ls"] },
  ],
  [
    "OBJ",
    p.raw("(", p.global("os", "system"), p.text("ls"), "o"),
    { kind: "object", made: "reduce", callable: osSystem, args: ["ls"] },
  ],
  [
    "BUILD",
    p.build(p.newObject(p.global("os", "system")), p.int(3)),
    { kind: "object", made: "new", callable: osSystem, args: [], state: 3 },
  ],
  [
    "SETITEMS on an object",
    p.raw(p.reduce(p.global("os", "system")), "(", p.text("a"), "K", 1, "u"),
    { kind: "object", made: "reduce", callable: osSystem, args: [], entries: new Map([["a", 1]]) },
  ],
  [
    "APPENDS on an object",
    p.raw(p.reduce(p.global("os", "system")), "(K", 1, "e"),
    { kind: "object", made: "reduce", callable: osSystem, args: [], items: [1] },
  ],
])("%s makes an inert record", (_, code, expected) => {
  expect(load(code)).toEqual(expected);
});

test("names of object prototypes are keys like any other", () => {
  const value = load(p.dict(["__proto__", p.int(1)], ["constructor", p.int(2)], ["toString", p.int(3)]));
  expect(value).toEqual({
    kind: "dict",
    entries: new Map([
      ["__proto__", 1],
      ["constructor", 2],
      ["toString", 3],
    ]),
  });
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
});

test("a value may contain itself", () => {
  const value = load(p.raw("]", p.put(0), p.get(0), "a"));
  expect(value).toMatchObject({ kind: "list" });
  expect(value).toHaveProperty("items.0", value);
});

test("several pickles in one stream", () => {
  const bytes = Uint8Array.from([...p.pickle(p.int(1)), ...p.pickle(p.int(2))]);
  const first = unpickleBytes(bytes);
  expect(first.value).toBe(1);
  expect(unpickleBytes(bytes, first.endBytes)).toEqual({ value: 2, endBytes: bytes.length });
});

test.each<[string, p.Code]>([
  ["the stack is empty", p.raw("0.")],
  ["the stack is empty above a mark", p.raw("K", 1, "(a.")],
  ["there is no mark", p.raw("t.")],
  ["there is no STOP", p.raw("N")],
  ["two values are left", p.raw("NN.")],
  ["a mark is left", p.raw("N(.")],
  ["a memo entry was never written", p.raw("h", 5, ".")],
  ["a memo index is no int", p.raw("gx\n.")],
  ["a line has no end", p.raw("Ios")],
  ["a key has no value", p.raw("}(K", 1, "u.")],
  ["SETITEM on a list", p.raw("]NNs.")],
  ["APPEND on a tuple", p.raw(")Na.")],
  ["APPEND on a dict", p.raw("}Na.")],
  ["BUILD on a dict", p.raw("}}b.")],
  ["BUILD on None", p.raw("NNb.")],
  ["REDUCE without a tuple", p.raw(p.global("a", "b"), "]R.")],
  ["NEWOBJ_EX without a dict", p.raw(p.global("a", "b"), "))", 0x92, ".")],
  ["OBJ without a class", p.raw("(o.")],
  ["STACK_GLOBAL of ints", p.raw("K", 1, "K", 2, 0x93, ".")],
  ["a name with white space", p.raw("ca b\nc\n.")],
  ["no int", p.raw("Iabc\n.")],
  ["no float", p.raw("F0x1\n.")],
  ["a string without quotes", p.raw("Sabc\n.")],
  ["invalid UTF-8", p.raw("X", [1, 0, 0, 0], [0xff], ".")],
  ["a string longer than the file", p.raw("X", [255, 255, 255, 255], "a.")],
  ["a string of 2^63 bytes", p.raw(0x8d, [0, 0, 0, 0, 0, 0, 0, 128], "a.")],
  ["bytes longer than the file", p.raw("B", [255, 255, 255, 127], "a.")],
  ["a negative string length", p.raw("T", [255, 255, 255, 255], "a.")],
  ["a negative int length", p.raw(0x8b, [255, 255, 255, 255], ".")],
  ["a frame longer than the file", p.raw(0x95, [9, 0, 0, 0, 0, 0, 0, 0], "N.")],
  ["protocol 6", p.raw(0x80, 6, "N.")],
])("malformed: %s", (_, code) => {
  expect(codeOf(() => loadRaw(code))).toBe("pickle/malformed");
});

test.each<[string, number]>([
  ["EXT1", 0x82],
  ["EXT2", 0x83],
  ["EXT4", 0x84],
  ["NEXT_BUFFER", 0x97],
  ["READONLY_BUFFER", 0x98],
  ["0xff", 0xff],
])("refuses opcode %s by name", (name, code) => {
  const { diagnostic } = errorOf(() => loadRaw("N", [code], "."));
  expect(diagnostic.code).toBe("pickle/opcode");
  expect(diagnostic.message).toContain(`opcode ${name} at byte 1`);
});

test.each<[string, p.Code, object]>([
  ["opcodes", p.raw("NNNNNN"), { opcodes: 5 }],
  ["values on the stack", p.raw("NNNNNN"), { stackDepth: 5 }],
  ["marks", p.raw("(((((("), { stackDepth: 5 }],
  ["memo entries", p.raw("N", p.put(9), p.put(8), p.put(0)), { memoEntries: 2 }],
  ["items in one container", p.list(p.none, p.none, p.none), { containerEntries: 2 }],
  ["entries in one dict", p.dict(["a", p.none], ["b", p.none], ["c", p.none]), { containerEntries: 2 }],
  ["bytes in one int", p.raw(0x8a, 3, [1, 2, 3]), { intBytes: 2 }],
  ["bytes in one int", p.raw("I1234567\n"), { intBytes: 2 }],
  ["bytes in one pickle", p.text("a text of many bytes"), { pickleBytes: 12 }],
  ["bytes in one pickle", p.raw("Ia line of many bytes\n"), { pickleBytes: 12 }],
])("limit: %s", (what, code, limits) => {
  const { diagnostic } = errorOf(() => unpickleBytes(p.pickle(code), 0, limits));
  expect(diagnostic.code).toBe("pickle/limit");
  expect(diagnostic.message).toContain(what);
});

test("an int of four gigabytes is refused before it is read", () => {
  expect(codeOf(() => loadRaw(0x8b, [255, 255, 255, 127], "."))).toBe("pickle/limit");
});

test("a pickle longer than the window is read in pieces, and no further than needed", () => {
  const long = "x".repeat(300_000);
  const items = Array.from({ length: 60_000 }, (_, index) => p.int(index));
  const bytes = p.pickle(p.list(p.raw(`V${long}\n`), p.text(long), ...items, p.float(0.5)));
  const stream = new Uint8Array(bytes.length + 2 ** 20);
  stream.set(bytes);
  let reachedBytes = 0;
  const read = (offset: number, length: number) => {
    reachedBytes = offset + length;
    return stream.subarray(offset, offset + length);
  };
  const { value, endBytes } = unpickle("t", { name: "t", size: stream.length, read });
  expect(endBytes).toBe(bytes.length);
  expect(reachedBytes).toBeLessThan(bytes.length + 2 ** 17);
  expect(value).toEqual({ kind: "list", items: [long, long, ...items.keys(), { kind: "float", value: 0.5 }] });
});

test("exponential sharing costs as many records as opcodes", () => {
  // list n holds list n-1 twice: 2^60 values when walked, 60 when unpickled.
  const levels = Array.from({ length: 60 }, (_, level) =>
    p.raw("0(", p.get(level), p.get(level), "l", p.put(level + 1)),
  );
  expect(load(p.raw("]", p.put(0), ...levels, 0x85))).toMatchObject({ kind: "tuple" });
});

const frame = (length: number, ...codes: readonly (number | string | p.Code)[]): p.Code =>
  p.raw(0x95, [length, 0, 0, 0, 0, 0, 0, 0], ...codes);

test("frames follow each other, what is between them too", () => {
  expect(load(p.raw(frame(1, "N"), "0", frame(2, "K", 7)))).toBe(7);
});

test.each<[string, p.Code]>([
  ["a frame ends within an opcode", frame(2, "B", [3, 0, 0, 0], "NNN")],
  ["a frame ends within an opcode", frame(3, "cos\nsystem\n")],
  ["a frame begins in another one", frame(11, frame(1, "N"), "0")],
])("refused, and dangerous: %s", (what, code) => {
  const names = new PickleNames();
  const source = bytesSource("t", p.pickle(code));
  expect(errorOf(() => unpickle("t", source, 0, { names })).diagnostic.message).toContain(what);
  expect(names.suspicious).toContain("a frame that ends within an opcode");
});
