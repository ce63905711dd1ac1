import { expect, test } from "@jest/globals";
import { codeOf, errorOf, open, valuesOf } from "../testing/outcome.js";
import { safetensorsFile } from "../testing/safetensors-file.js";

const entry = (start: number, end: number, shape: readonly number[] = [end - start], dtype = "U8") => ({
  dtype,
  shape,
  data_offsets: [start, end],
});
const data = Uint8Array.from({ length: 16 }, (_, index) => index);
const opening = (header: unknown) => codeOf(() => open(safetensorsFile(header, data)));

test.each([
  ["F32", "f32", 4],
  ["F16", "f16", 8],
  ["BF16", "bf16", 8],
  ["F64", "f64", 2],
  ["I8", "i8", 16],
  ["U8", "u8", 16],
  ["I16", "i16", 8],
  ["U16", "u16", 8],
  ["I32", "i32", 4],
  ["U32", "u32", 4],
  ["I64", "i64", 2],
  ["U64", "u64", 2],
  ["BOOL", "bool", 16],
])("%s is %s", (spelling, dtype, count) => {
  const tensor = open(safetensorsFile({ a: entry(0, 16, [count], spelling) }, data))
    .tensors.get("a")!
    .read();
  expect(tensor).toMatchObject({ dtype, shape: [count] });
  expect(new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength)).toEqual(data);
});

test("reads tensors wherever they begin, in the header's order, and metadata", () => {
  const floats = new Uint8Array(Float32Array.of(1.5, -2).buffer);
  const header = {
    b: entry(1, 9, [2, 1], "F32"),
    __metadata__: { format: "pt", "": "x" },
    a: entry(0, 1),
    none: entry(9, 9, [0, 4], "F64"),
  };
  const checkpoint = open(safetensorsFile(header, Uint8Array.of(7, ...floats)));
  expect([...checkpoint.tensors.keys()]).toEqual(["b", "a", "none"]);
  expect(valuesOf(checkpoint, "a")).toEqual([7]);
  expect(valuesOf(checkpoint, "b")).toEqual([1.5, -2]);
  expect(valuesOf(checkpoint, "none")).toEqual([]);
  expect(checkpoint.format).toBe("safetensors");
  expect(checkpoint.metadata).toEqual(
    new Map([
      ["format", "pt"],
      ["", "x"],
    ]),
  );
});

test("a header padded with spaces, and one without tensors, are read", () => {
  expect(open(safetensorsFile(`${JSON.stringify({ a: entry(0, 16) })}     `, data)).tensors.size).toBe(1);
  expect(open(safetensorsFile("{}")).tensors.size).toBe(0);
});

test("keys with the names of object prototypes are weights like any other", () => {
  const header = `{"__proto__":${JSON.stringify(entry(0, 1))},"constructor":${JSON.stringify(entry(1, 16))}}`;
  const checkpoint = open(safetensorsFile(header, data));
  expect([...checkpoint.tensors.keys()]).toEqual(["__proto__", "constructor"]);
  expect(valuesOf(checkpoint, "__proto__")).toEqual([0]);
  expect("dtype" in {}).toBe(false);
});

test.each<[string, string, unknown]>([
  ["a gap", "safetensors/tensor", { a: entry(0, 4), b: entry(5, 16) }],
  ["a gap in front", "safetensors/tensor", { a: entry(1, 16) }],
  ["an overlap", "safetensors/tensor", { a: entry(0, 8), b: entry(7, 16) }],
  ["two tensors at one place", "safetensors/tensor", { a: entry(0, 16), b: entry(0, 16) }],
  ["bytes behind the last tensor", "safetensors/header", { a: entry(0, 15) }],
  ["tensors past the end", "weights/truncated", { a: entry(0, 17) }],
  [
    "an end before the start",
    "safetensors/tensor",
    { a: entry(0, 16), b: { ...entry(16, 16), data_offsets: [16, 8] } },
  ],
  ["offsets that are text", "safetensors/tensor", { a: { ...entry(0, 16), data_offsets: ["0", "16"] } }],
  ["negative offsets", "safetensors/tensor", { a: { ...entry(0, 16), data_offsets: [-1, 15] } }],
  ["three offsets", "safetensors/tensor", { a: { ...entry(0, 16), data_offsets: [0, 8, 16] } }],
  ["offsets past 2^53", "safetensors/tensor", { a: { ...entry(0, 16), data_offsets: [0, 2 ** 60] } }],
  ["a shape of other size", "safetensors/tensor", { a: entry(0, 16, [5]) }],
  ["a shape whose product overflows", "safetensors/tensor", { a: entry(0, 16, [2 ** 40, 2 ** 40, 2 ** 40]) }],
  ["a shape whose product is infinite", "safetensors/tensor", { a: entry(0, 16, new Array(64).fill(2 ** 50)) }],
  ["a negative size", "safetensors/tensor", { a: entry(0, 16, [-16]) }],
  ["a fraction for a size", "safetensors/tensor", { a: entry(0, 16, [1.5]) }],
  ["65 dimensions", "safetensors/tensor", { a: entry(0, 16, [16, ...new Array(64).fill(1)]) }],
  ["an unknown element type", "weights/dtype", { a: entry(0, 16, [16], "F8_E4M3") }],
  ["the element type __proto__", "weights/dtype", { a: entry(0, 16, [16], "__proto__") }],
  ["no element type", "safetensors/tensor", { a: { shape: [16], data_offsets: [0, 16] } }],
  ["null for an entry", "safetensors/tensor", { a: null }],
  ["a list for an entry", "safetensors/tensor", { a: [] }],
  ["metadata that is no text", "safetensors/header", { __metadata__: { a: 1 } }],
  ["metadata that is a list", "safetensors/header", { __metadata__: ["a"] }],
  ["a key twice", "safetensors/duplicate", `{"a":${JSON.stringify(entry(0, 8))},"a":${JSON.stringify(entry(8, 16))}}`],
  ["a key twice, once escaped", "safetensors/duplicate", `{"a":${JSON.stringify(entry(0, 8))},"\\u0061":null}`],
  ["a field twice", "safetensors/duplicate", '{"a":{"dtype":"U8","shape":[16],"data_offsets":[0,16],"shape":[16]}}'],
  ["no JSON", "safetensors/header", "{a: 1}"],
  ["two documents", "safetensors/header", "{}{}"],
  ["nested brackets without end", "safetensors/header", `{"a":${"[".repeat(200_000)}`],
])("refuses %s", (_, code, header) => {
  expect(opening(header)).toBe(code);
});

test("nesting that JSON allows costs no stack", () => {
  const deep = `{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`;
  expect(opening(deep)).toBe("safetensors/tensor");
});

test("refuses a header that is not UTF-8", () => {
  const file = safetensorsFile('{"a":1}');
  file[11] = 0xff;
  expect(codeOf(() => open(file))).toBe("safetensors/header");
});

test("a header longer than the file is a truncation, one past the limit is refused", () => {
  expect(errorOf(() => open(safetensorsFile("{}", data, 1000))).message).toMatchInlineSnapshot(
    `"weights/truncated: test.pt: the header reaches to byte 1008, the file has 26 - the download or copy was cut short or damaged, fetch the file again"`,
  );
  expect(codeOf(() => open(safetensorsFile("{}", data, 100_000_001)))).toBe("safetensors/header");
  expect(codeOf(() => open(safetensorsFile("{}", data, 2 ** 47)))).toBe("safetensors/header");
});

test("a file cut short says by how much", () => {
  const file = safetensorsFile({ "model.0.conv.weight": entry(0, 16) }, data);
  expect(errorOf(() => open(file.subarray(0, file.length - 3))).message).toMatchInlineSnapshot(
    `"weights/truncated: test.pt: the tensor model.0.conv.weight reaches to byte 97, the file has 94 - the download or copy was cut short or damaged, fetch the file again"`,
  );
});
