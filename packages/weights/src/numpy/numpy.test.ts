import { expect, test } from "@jest/globals";
import { bytesSource } from "@yolo-compile/core";
import { openCheckpoint } from "../formats.js";
import { npyFile, npyHeader } from "../testing/npy-file.js";
import { codeOf, open } from "../testing/outcome.js";
import * as p from "../testing/pickle-writer.js";
import { zipOf } from "../testing/zip-writer.js";

const six = Uint8Array.of(1, 2, 3, 4, 5, 6);
const openNpy = (bytes: Uint8Array, name = "dir/model.0.conv.weight.npy") => openCheckpoint(bytesSource(name, bytes));
function read(bytes: Uint8Array) {
  const [[name, tensor] = []] = openNpy(bytes).tensors;
  const { dtype, shape, data } = tensor!.read();
  return { name, dtype, shape, values: Array.from<number | bigint>(data) };
}

test.each<[string, Uint8Array, object]>([
  ["version 1", npyFile(npyHeader("|u1", "(6,)"), six), { dtype: "u8", shape: [6], values: [1, 2, 3, 4, 5, 6] }],
  ["version 2", npyFile(npyHeader("|u1", "(6,)"), six, 2), { shape: [6] }],
  ["version 3", npyFile(npyHeader("|u1", "(6,)"), six, 3), { shape: [6] }],
  ["a matrix", npyFile(npyHeader("<i2", "(3, 1)"), six), { dtype: "i16", shape: [3, 1], values: [513, 1027, 1541] }],
  ["big-endian", npyFile(npyHeader(">i2", "(3,)"), six), { dtype: "i16", values: [258, 772, 1286] }],
  ["columns first", npyFile(npyHeader("|u1", "(2, 3)", "True"), six), { shape: [2, 3], values: [1, 3, 5, 2, 4, 6] }],
  ["a scalar", npyFile(npyHeader("<f8", "()"), new Uint8Array(8)), { dtype: "f64", shape: [], values: [0] }],
  ["nothing", npyFile(npyHeader("<f4", "(0, 3)"), new Uint8Array()), { shape: [0, 3], values: [] }],
  ["Python 2's longs", npyFile(npyHeader("|u1", "(2L, 3L)"), six), { shape: [2, 3] }],
  ["other order and spaces", npyFile("{'shape':(6,),'fortran_order':False,'descr':'|u1'}", six), { shape: [6] }],
  ["halves", npyFile(npyHeader("<f2", "(3,)"), six), { dtype: "f16", values: [0x201, 0x403, 0x605] }],
  ["bool", npyFile(npyHeader("|b1", "(6,)"), six), { dtype: "bool" }],
])("reads %s", (_, bytes, expected) => {
  expect(read(bytes)).toMatchObject({ name: "model.0.conv.weight", ...expected });
});

test.each<[string, string, Uint8Array]>([
  ["too few elements", "npy/malformed", npyFile(npyHeader("|u1", "(7,)"), six)],
  ["too many elements", "npy/malformed", npyFile(npyHeader("|u1", "(5,)"), six)],
  ["a shape that overflows", "npy/malformed", npyFile(npyHeader("<f4", `(${"99999999, ".repeat(60)})`), six)],
  ["65 dimensions", "npy/malformed", npyFile(npyHeader("|u1", `(${"1, ".repeat(65)})`), six)],
  ["a negative size", "npy/malformed", npyFile(npyHeader("|u1", "(-6,)"), six)],
  ["an expression for a size", "npy/malformed", npyFile(npyHeader("|u1", "(2*3,)"), six)],
  [
    "a call in the header",
    "npy/malformed",
    npyFile("{'descr': __import__('os'), 'fortran_order': False, 'shape': (6,)}", six),
  ],
  [
    "a field twice",
    "npy/malformed",
    npyFile("{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (6,)}", six),
  ],
  ["a field more", "npy/malformed", npyFile("{'a': True, 'descr': '|u1', 'fortran_order': False, 'shape': (6,)}", six)],
  ["a field less", "npy/malformed", npyFile("{'descr': '|u1', 'shape': (6,)}", six)],
  ["no dict", "npy/malformed", npyFile("[]", six)],
  ["version 4", "npy/malformed", npyFile(npyHeader("|u1", "(6,)"), six, 4)],
  ["a header past the end", "npy/malformed", npyFile(npyHeader("|u1", "(6,)"), six, 1, 9000)],
  ["a header of 4 GB", "npy/malformed", npyFile(npyHeader("|u1", "(6,)"), six, 2, 2 ** 32 - 1)],
  ["complex numbers", "weights/dtype", npyFile(npyHeader("<c8", "(1,)"), new Uint8Array(8))],
  ["text", "weights/dtype", npyFile(npyHeader("<U3", "(1,)"), new Uint8Array(12))],
  ["bytes without a type", "weights/dtype", npyFile(npyHeader("|V2", "(3,)"), six)],
  ["records", "weights/dtype", npyFile("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", six)],
  ["objects", "weights/dtype", npyFile(npyHeader("|O", "(1,)"), p.pickle(p.none))],
  [
    "objects that name a command",
    "weights/suspicious",
    npyFile(npyHeader("|O", "(1,)"), p.pickle(p.global("ssl", "x"))),
  ],
])("refuses %s", (_, code, bytes) => {
  expect(codeOf(() => openNpy(bytes))).toBe(code);
});

const weight = npyFile(npyHeader("<f4", "(2,)"), new Uint8Array(Float32Array.of(1, 2).buffer));
const entries = [
  { name: "model.0.weight.npy", bytes: weight },
  { name: "__proto__.npy", bytes: npyFile(npyHeader("|u1", "(6,)"), six) },
];

test.each([
  ["numpy.savez", false],
  ["numpy.savez_compressed", true],
])("%s", (_, deflate) => {
  const checkpoint = open(zipOf(entries.map((entry) => ({ ...entry, deflate }))));
  expect(checkpoint.format).toBe("npz");
  expect([...checkpoint.tensors.keys()]).toEqual(["model.0.weight", "__proto__"]);
  expect(checkpoint.tensors.get("model.0.weight")?.read().data).toEqual(Float32Array.of(1, 2));
  expect(checkpoint.tensors.get("__proto__")?.read().data).toEqual(six);
});

test("a compressed array is inflated when it is read, and only then", () => {
  const count = 2 ** 20;
  const random = new Uint8Array(count).map((_, index) => Math.imul(index, 2654435761) >>> 24);
  const bytes = zipOf([{ name: "w.npy", bytes: npyFile(npyHeader("|u1", `(${count},)`), random), deflate: true }]);
  let readBytes = 0;
  const source = {
    ...bytesSource("a", bytes),
    read(at: number, length: number) {
      readBytes += length;
      return bytes.subarray(at, at + length);
    },
  };
  const checkpoint = openCheckpoint(source);
  expect(readBytes).toBeLessThan(100_000);
  expect(checkpoint.tensors.get("w")?.read().data).toEqual(random);
});

test.each<[string, string, Uint8Array]>([
  ["an array cut off", "npy/malformed", zipOf([{ name: "a.npy", bytes: weight.subarray(0, 20) }])],
  [
    "a compressed array cut off",
    "npy/malformed",
    zipOf([{ name: "a.npy", bytes: weight.subarray(0, 20), deflate: true }]),
  ],
  ["no deflate", "zip/content", zipOf([{ name: "a.npy", bytes: weight.map((byte) => byte ^ 255), method: 8 }])],
  [
    "objects that name a command",
    "weights/suspicious",
    zipOf([
      { name: "a.npy", bytes: npyFile(npyHeader("|O", "(1,)"), p.pickle(p.global("os", "system"))), deflate: true },
    ]),
  ],
  [
    "metadata that is none",
    "weights/metadata",
    zipOf([{ name: "__metadata__.npy", bytes: npyFile(npyHeader("|u1", "(6,)"), six) }]),
  ],
  [
    "other files",
    "weights/format",
    zipOf([
      { name: "a.npy", bytes: weight },
      { name: "b.txt", bytes: six },
    ]),
  ],
])("refuses an .npz with %s", (_, code, bytes) => {
  expect(codeOf(() => open(bytes))).toBe(code);
});

test("a damaged array is found when it is read", () => {
  const bytes = zipOf([{ name: "a.npy", bytes: weight, crc32: 1 }]);
  expect(codeOf(() => open(bytes).tensors.get("a")?.read())).toBe("zip/content");
});
