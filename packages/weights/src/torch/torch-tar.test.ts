import { expect, test } from "@jest/globals";
import { codeOf, errorOf, open, valuesOf } from "../testing/outcome.js";
import * as p from "../testing/pickle-writer.js";
import { type NewTarFile, tarOf, torchTarFile } from "../testing/tar-file.js";
import { parameter } from "../testing/torch-file.js";

const ref = (address: number) => p.persistent(p.text(String(address)));
const file: NewTarFile = {
  root: p.orderedDict(["a", ref(10)], ["b", parameter(ref(11))], ["c", ref(12)], ["d", ref(13)]),
  storages: [
    [93824992236544, "FloatStorage", Float32Array.of(0, 1, 2, 3, 4, 5)],
    [2, "LongStorage", BigInt64Array.of(7n)],
  ],
  views: [[3, 93824992236544, 2, 3]],
  tensors: [
    { address: 10, storage: 93824992236544, shape: [2, 3], strides: [3, 1] },
    { address: 11, storage: 93824992236544, shape: [3, 2], strides: [1, 3] },
    { address: 12, storage: 2, shape: [], strides: [] },
    { address: 13, storage: 3, shape: [2], strides: [1], offset: 1 },
  ],
};

test("reads tensors, strides, views and parameters", () => {
  const checkpoint = open(torchTarFile(file));
  expect(checkpoint.format).toBe("torch-tar");
  expect([...checkpoint.tensors].map(([name, { dtype, shape }]) => `${name} ${dtype} ${shape}`)).toEqual([
    "a f32 2,3",
    "b f32 3,2",
    "c i64 ",
    "d f32 2",
  ]);
  expect(["a", "b", "c", "d"].map((name) => valuesOf(checkpoint, name))).toEqual([
    [0, 1, 2, 3, 4, 5],
    [0, 3, 1, 4, 2, 5],
    [7n],
    [3, 4],
  ]);
});

test("a Parameter of its own making, and a class with its source", () => {
  const withSource = p.persistent(p.tuple(p.global("models.yolo", "Model"), p.text("yolo.py"), p.text("class …")));
  const weight = p.reduce(p.global("torch.nn.parameter", "Parameter"), ref(10), p.bool(true));
  const state = p.dict(
    ["_modules", p.orderedDict()],
    ["_parameters", p.orderedDict(["w", weight])],
    ["_buffers", p.dict()],
  );
  const checkpoint = open(torchTarFile({ ...file, root: p.build(p.newObject(withSource), state) }));
  expect(valuesOf(checkpoint, "w")).toEqual([0, 1, 2, 3, 4, 5]);
  expect(checkpoint.model?.className).toBe("models.yolo.Model");
});

const [tensor] = file.tensors;
const SHORT = { buffer: new ArrayBuffer(4), byteOffset: 0, byteLength: 4 };

test.each<[string, string, Partial<NewTarFile>]>([
  ["a reference to nothing", "weights/legacy", { root: ref(99) }],
  ["a reference that is no text", "weights/legacy", { root: p.persistent(p.int(10)) }],
  ["a view of nothing", "weights/legacy", { views: [[3, 99, 0, 1]] }],
  ["a view past its storage", "weights/tensor", { views: [[3, 2, 0, 9]] }],
  ["a tensor over nothing", "weights/legacy", { tensors: [{ ...tensor!, storage: 99 }] }],
  ["a tensor past its storage", "weights/tensor", { tensors: [...file.tensors.slice(1), { ...tensor!, offset: 1 }] }],
  ["negative strides", "weights/tensor", { tensors: [...file.tensors.slice(1), { ...tensor!, strides: [-3, 1] }] }],
  [
    "65 dimensions",
    "weights/legacy",
    { tensors: [{ ...tensor!, shape: new Array(65).fill(1), strides: new Array(65).fill(1) }] },
  ],
  ["storages of an unknown class", "weights/dtype", { storages: [[1, "MyStorage", Float32Array.of(1)]] }],
  [
    "fewer elements than there are said to be",
    "weights/truncated",
    { storages: [[1, "FloatStorage", { ...SHORT, length: 999 }]] },
  ],
])("refuses %s", (_, code, change) => {
  expect(codeOf(() => open(torchTarFile({ ...file, ...change })))).toBe(code);
});

test("numbers of entries that are no numbers are refused", () => {
  const parts = (storages: p.Code, tensors: p.Code): Uint8Array =>
    tarOf([
      ["storages", p.pickle(storages)],
      ["tensors", p.pickle(tensors)],
      ["pickle", p.pickle(p.none)],
    ]);
  expect(codeOf(() => open(parts(p.text("x"), p.int(0))))).toBe("weights/legacy");
  expect(codeOf(() => open(parts(p.int(-1), p.int(0))))).toBe("weights/legacy");
  expect(codeOf(() => open(parts(p.int(2 ** 40), p.int(0))))).toBe("pickle/malformed");
});

test("every truncation is refused", () => {
  const bytes = torchTarFile(file);
  const end = bytes.length - 3 * 512; // padding and two blocks of zeros, which nothing needs
  for (let length = 512; length < end; length += 7)
    expect(["weights/truncated", "weights/format", "weights/legacy", "pickle/malformed", "tar/malformed"]).toContain(
      codeOf(() => open(bytes.subarray(0, length))),
    );
});

test("a tar of other things is named as one", () => {
  for (const signature of ["ustar\x0000", "ustar  \0", ""]) {
    const bytes = tarOf([["best.pt", new Uint8Array(5)]], signature);
    expect(codeOf(() => open(bytes))).toBe("weights/format");
  }
});

test.each<[string, string, Uint8Array]>([
  [
    "an entry twice",
    "tar/malformed",
    tarOf([
      ["a", new Uint8Array(1)],
      ["a", new Uint8Array(1)],
    ]),
  ],
  [
    "65 entries",
    "tar/malformed",
    tarOf(Array.from({ length: 65 }, (_, index) => [String(index), new Uint8Array()] as const)),
  ],
  [
    "a damaged header",
    "tar/malformed",
    tarOf([
      ["a", new Uint8Array(1)],
      ["b", new Uint8Array(1)],
    ]).map((byte, at) => (at === 1030 ? 9 : byte)),
  ],
])("refuses a tar with %s", (_, code, bytes) => {
  expect(codeOf(() => open(bytes))).toBe(code);
});

test("an entry of 8 GB and more, whose size is in base 256, is a truncation", () => {
  const bytes = tarOf([["storages", new Uint8Array()]]);
  bytes.set([0x80, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0], 124);
  const sum = bytes.subarray(0, 512).reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  bytes.set(new TextEncoder().encode(sum.toString(8).padStart(6, "0")), 148);
  expect(codeOf(() => open(bytes))).toBe("weights/truncated");
});

test("64 dimensions are read", () => {
  const ones = new Array<number>(64).fill(1);
  const tensors = [{ address: 10, storage: 2, shape: ones, strides: ones }];
  expect(valuesOf(open(torchTarFile({ ...file, root: p.dict(["a", ref(10)]), tensors })), "a")).toEqual([7n]);
});

test("an archive without tensors has no weights", () => {
  expect(codeOf(() => open(torchTarFile({ root: p.dict(), storages: [], tensors: [] })))).toBe("weights/root");
});

test.each<[string, p.Code, string]>([
  ["an address in text", p.tuple(p.text("1"), p.text("cpu"), p.global("torch", "FloatStorage")), "address"],
  ["two values", p.tuple(p.int(1), p.text("cpu")), "expected 3 values, found a tuple of 2"],
  ["a number", p.int(7), "expected 3 values, found the int 7"],
])("refuses a storage that is described by %s", (_, storage, message) => {
  const parts = tarOf([
    ["storages", Uint8Array.from([...p.pickle(p.int(1)), ...p.pickle(storage)])],
    ["tensors", p.pickle(p.int(0))],
    ["pickle", p.pickle(p.none)],
  ]);
  expect(errorOf(() => open(parts)).message).toContain(message);
});

test("a tensor that ends early is refused by the name of its part", () => {
  const record = (rank: readonly number[]) =>
    tarOf([
      ["storages", Uint8Array.from([...p.pickle(p.int(0)), ...p.pickle(p.list())])],
      [
        "tensors",
        Uint8Array.from([
          ...p.pickle(p.int(1)),
          ...p.pickle(p.tuple(p.int(1), p.int(2), p.global("torch", "FloatTensor"))),
          ...rank,
        ]),
      ],
      ["pickle", p.pickle(p.none)],
    ]);
  expect(errorOf(() => open(record([1, 0, 0]))).message).toContain("test.pt:tensors");
  expect(errorOf(() => open(record([255, 255, 255, 255, 0, 0, 0, 0]))).message).toContain("a tensor of -1 dimensions");
});
