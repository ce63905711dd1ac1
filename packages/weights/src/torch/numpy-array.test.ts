import { expect, test } from "@jest/globals";
import { network, STORAGES } from "../testing/network.js";
import { codeOf, errorOf, open } from "../testing/outcome.js";
import * as p from "../testing/pickle-writer.js";
import { numpyDType, torchFile } from "../testing/torch-file.js";

const state = (shape: readonly number[], type: p.Code, raw: p.Code, fortran = false): p.Code =>
  p.tuple(p.int(1), p.tuple(...shape.map(p.int)), type, p.bool(fortran), raw);
const array = (arrayState: p.Code, module = "numpy.core.multiarray"): p.Code =>
  p.build(
    p.reduce(p.global(module, "_reconstruct"), p.global("numpy", "ndarray"), p.tuple(p.int(0)), p.bytes([98])),
    arrayState,
  );
const read = (value: p.Code) => {
  const { tensors } = open(torchFile({ root: p.dict(["w", value]) }));
  const { dtype: type, shape, data } = tensors.get("w")!.read();
  return { type, shape, values: Array.from<number | bigint>(data) };
};
const latin1 = (bytes: readonly number[]) =>
  p.reduce(p.global("_codecs", "encode"), p.text(String.fromCharCode(...bytes)), p.text("latin1"));
const HALVES = [0x80, 0xff, 0, 0x3c, 1, 2];

test.each<[string, p.Code, unknown]>([
  [
    "bytes",
    array(state([3], numpyDType("f2"), p.bytes(HALVES))),
    { type: "f16", shape: [3], values: [0xff80, 0x3c00, 0x201] },
  ],
  [
    "protocol 2's bytes",
    array(state([3], numpyDType("f2"), latin1(HALVES))),
    { type: "f16", shape: [3], values: [0xff80, 0x3c00, 0x201] },
  ],
  [
    "numpy 2",
    array(state([1], numpyDType("u1", "|"), p.bytes([7])), "numpy._core.multiarray"),
    { type: "u8", shape: [1], values: [7] },
  ],
  [
    "big-endian",
    array(state([2], numpyDType("i4", ">"), p.bytes([0, 0, 0, 1, 255, 255, 255, 255]))),
    { type: "i32", shape: [2], values: [1, -1] },
  ],
  ["bool", array(state([2], numpyDType("b1", "|"), p.bytes([1, 0]))), { type: "bool", shape: [2], values: [1, 0] }],
  [
    "int64",
    array(state([], numpyDType("i8"), p.bytes([1, 0, 0, 0, 0, 0, 0, 128]))),
    { type: "i64", shape: [], values: [-(2n ** 63n) + 1n] },
  ],
  [
    "column-major",
    array(state([2, 3], numpyDType("u1", "|"), p.bytes([1, 2, 3, 4, 5, 6]), true)),
    { type: "u8", shape: [2, 3], values: [1, 3, 5, 2, 4, 6] },
  ],
  ["none", array(state([0, 3], numpyDType("f4"), p.bytes([]))), { type: "f32", shape: [0, 3], values: [] }],
])("an array of %s is a tensor", (_, value, expected) => {
  expect(read(value)).toEqual(expected);
});

test.each<[string, string, p.Code]>([
  ["too few bytes", "weights/tensor", array(state([3], numpyDType("f4"), p.bytes([1])))],
  ["a shape that overflows", "weights/tensor", array(state([2 ** 50, 2 ** 50], numpyDType("f4"), p.bytes([1])))],
  ["a negative size", "weights/tensor", array(state([-1], numpyDType("f4"), p.bytes([])))],
  ["objects", "weights/dtype", array(state([1], numpyDType("O8", "|"), p.list(p.none)))],
  ["complex numbers", "weights/dtype", array(state([1], numpyDType("c8"), p.bytes([0, 0, 0, 0, 0, 0, 0, 0])))],
  ["no element type", "weights/dtype", array(state([1], p.none, p.bytes([1])))],
  ["no state", "weights/tensor", array(p.none)],
])("an array of %s is refused", (_, code, value) => {
  expect(codeOf(() => read(value))).toBe(code);
});

test("a pickle of arrays needs no torch", () => {
  const weights = p.dict(["a.weight", array(state([1], numpyDType("f4"), p.bytes([0, 0, 128, 63])))]);
  for (const protocol of [2, 4]) {
    const checkpoint = open(p.pickle(weights, protocol));
    expect(checkpoint.format).toBe("pickle");
    expect(checkpoint.tensors.get("a.weight")?.read().data).toEqual(Float32Array.of(1));
  }
});

test("numpy scalars are numbers where a model keeps some", () => {
  const scalar = (code: string, bytes: readonly number[], order = "<") =>
    p.reduce(p.global("numpy.core.multiarray", "scalar"), numpyDType(code, order), p.bytes(bytes));
  const yaml = p.dict(
    ["float", scalar("f8", [0, 0, 0, 0, 0, 0, 0xf8, 0x3f])],
    ["half", scalar("f2", [0, 0x3c])],
    ["int", scalar("i8", [5, 0, 0, 0, 0, 0, 0, 0])],
    ["big", scalar("u2", [1, 2], ">")],
    ["huge", scalar("u8", [0, 0, 0, 0, 0, 0, 0, 1])],
    ["array", array(state([1], numpyDType("f4"), p.bytes([0, 0, 128, 63])))],
  );
  const { model, notes } = open(torchFile({ root: network({ yaml }), storages: STORAGES }));
  expect({ ...(model?.yaml as object) }).toEqual({
    float: { pyFloat: 1.5 },
    half: { pyFloat: 1 },
    int: 5,
    big: 258,
    huge: "<an object numpy.core.multiarray.scalar>",
    array: [{ pyFloat: 1 }],
  });
  expect(notes).toMatchObject([{ code: "weights/attribute" }]);
});

test.each<[string, p.Code]>([
  ["no tuple", p.int(3)],
  ["a tuple with text", p.tuple(p.int(1), p.text("1"))],
  ["a fraction of none", p.tuple(p.none)],
  ["of 65 dimensions", p.tuple(...new Array<p.Code>(65).fill(p.int(1)))],
])("a shape that is %s is refused", (_, shape) => {
  const value = array(p.tuple(p.int(1), shape, numpyDType("u1", "|"), p.bool(false), p.bytes([1])));
  expect(errorOf(() => read(value)).message).toContain("a numpy array whose shape is");
});

test("64 dimensions are read", () => {
  expect(read(array(state(new Array(64).fill(1), numpyDType("u1", "|"), p.bytes([7])))).values).toEqual([7]);
});
