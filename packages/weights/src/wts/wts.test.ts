import { expect, test } from "@jest/globals";
import { bytesSource, type Tensor, tensorOf } from "@yolo-compile/core";
import { openCheckpoint } from "../formats.js";
import { codeOf, errorOf, open, valuesOf } from "../testing/outcome.js";
import { writeWts } from "./write-wts.js";

const ascii = (text: string) => new TextEncoder().encode(text);
const openText = (text: string) => open(ascii(text));
const TEXT = "3\nmodel.0.w 2  3f800000 c0000000\nscalar 1  7fc00001\nnone 0 \n";

test.each<[string, string]>([
  ["as tensorrtx's scripts write it", TEXT],
  ["with one space before the values", TEXT.replaceAll("  ", " ").replace("0 \n", "0\n")],
  ["with Windows line ends", TEXT.replaceAll("\n", "\r\n")],
  ["in upper case", TEXT.replace("3f800000 c0000000", "3F800000 C0000000")],
  ["without its last line end", TEXT.trimEnd()],
  ["with blank lines behind", `${TEXT}\n \n`],
])("reads the format %s", (_, text) => {
  const checkpoint = openText(text);
  expect(checkpoint).toMatchObject({ format: "wts", flat: true });
  expect([...checkpoint.tensors].map(([name, { dtype, shape }]) => `${name} ${dtype} ${shape}`)).toEqual([
    "model.0.w f32 2",
    "scalar f32 1",
    "none f32 0",
  ]);
  expect(valuesOf(checkpoint, "model.0.w")).toEqual([1, -2]);
  expect(new Uint32Array(checkpoint.tensors.get("scalar")!.read().data.buffer)[0]).toBe(0x7fc00001);
});

test.each<[string, string, string]>([
  ["fewer lines than announced", "wts/malformed", TEXT.replace("3\n", "4\n")],
  ["more lines than announced", "wts/malformed", TEXT.replace("3\n", "2\n")],
  ["a count of 999999", "wts/malformed", TEXT.replace("3\n", "999999\n")],
  ["fewer values than announced", "wts/malformed", TEXT.replace("w 2", "w 1")],
  ["more values than announced", "wts/malformed", TEXT.replace("w 2", "w 3")],
  ["values past the end", "weights/truncated", TEXT.replace("w 2", "w 9999")],
  ["2^50 values", "weights/truncated", TEXT.replace("w 2", `w ${2 ** 49}`)],
  ["a name twice", "weights/duplicate", TEXT.replace("scalar", "model.0.w")],
  ["a line without a count", "wts/malformed", TEXT.replace("scalar 1", "scalar")],
])("refuses %s", (_, code, text) => {
  expect(codeOf(() => openText(text))).toBe(code);
});

test("a damaged value is found when it is read", () => {
  const { tensors } = openText(TEXT.replace("c0000000", "c00000g0"));
  expect(errorOf(() => tensors.get("model.0.w")?.read()).diagnostic).toMatchObject({ code: "wts/malformed" });
  const { tensors: shifted } = openText(TEXT.replace("3f800000 c", "3f800000-c"));
  expect(codeOf(() => shifted.get("model.0.w")?.read())).toBe("wts/malformed");
});

test("values are not read before they are asked for", () => {
  const text = ascii(`1\nw ${200_000}  ${"3f800000 ".repeat(200_000).trimEnd()}\n`);
  let readBytes = 0;
  const read = (at: number, length: number) => {
    readBytes += length;
    return text.subarray(at, at + length);
  };
  const { tensors } = openCheckpoint({ ...bytesSource("w", text), read });
  expect(readBytes).toBeLessThan(10_000);
  expect(tensors.get("w")?.read().data).toEqual(new Float32Array(200_000).fill(1));
});

const lazy = (tensor: Tensor) => ({ dtype: tensor.dtype, shape: tensor.shape, read: () => tensor });
function written(...tensors: readonly Tensor[]): string {
  const file = writeWts({ tensors: new Map(tensors.map((tensor, index) => [`w${index}`, lazy(tensor)])) });
  const text = Buffer.concat([...file.chunks()]);
  expect(text.length).toBe(file.byteLength);
  return text.toString();
}

test("writes what tensorrtx's scripts write, of every element type that fits", () => {
  expect(written(tensorOf("f32", [2, 1], [1, -2]), tensorOf("f16", [], [0.5]), tensorOf("i64", [0], []))).toBe(
    "3\nw0 2  3f800000 c0000000\nw1 1  3f000000\nw2 0 \n",
  );
  const one = "1\nw0 1  3f800000\n";
  for (const dtype of ["bf16", "f64", "i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64", "bool"] as const)
    expect(written(tensorOf(dtype, [1], [1]))).toBe(one);
});

test("keeps the bits of a float32 that is no number", () => {
  const data = new Float32Array(Uint32Array.of(0x7fa00001, 0x80000000).buffer);
  expect(written({ dtype: "f32", shape: [2], data })).toContain("7fa00001 80000000");
});

test("more values than one chunk holds", () => {
  const data = Float32Array.from({ length: 70_000 }, (_, index) => index);
  expect(valuesOf(openText(written({ dtype: "f32", shape: [70, 1000], data })), "w0")).toEqual([...data]);
});

test.each<[string, Tensor]>([
  ["a float64 between float32s", tensorOf("f64", [1], [0.1])],
  ["an int past 2^24", tensorOf("i32", [1], [2 ** 24 + 1])],
  ["an int64 past 2^53", { dtype: "i64", shape: [1], data: BigInt64Array.of(2n ** 53n + 1n) }],
])("refuses to round %s", (_, tensor) => {
  expect(codeOf(() => written(tensor))).toBe("wts/range");
});

test("refuses names that the format cannot hold", () => {
  const tensor = lazy(tensorOf("f32", [], [1]));
  for (const name of ["", "a b", "a\nb", "x".repeat(1025)])
    expect(codeOf(() => writeWts({ tensors: new Map([[name, tensor]]) }))).toBe("weights/name");
});
