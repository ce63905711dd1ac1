import { expect, test } from "@jest/globals";
import { bytesSource } from "@yolo-compile/core";
import { openCheckpoint } from "../formats.js";
import { field, initializer, numberField, onnxFile, onnxNode } from "../testing/onnx-file.js";
import { codeOf, open, valuesOf } from "../testing/outcome.js";
import { concat } from "../testing/zip-writer.js";

const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const scalar = (name: string, value: number) => initializer({ name, dims: [], elements: floats(value) });
const BN = ["running_mean", "running_var"].map((name) => `model.0.bn.${name}`);

test("initializers are weights under their own names, with what the graph says about them", () => {
  const checkpoint = open(
    onnxFile(
      [
        onnxNode("n0", "Conv", ["images", "model.0.conv.weight"]),
        onnxNode("n1", "BatchNormalization", ["a", "model.0.bn.weight", "model.0.bn.bias", ...BN], 1e-3),
        onnxNode("n2", "BatchNormalization", ["b", "model.1.bn.weight", "model.1.bn.bias", ...BN]),
        initializer({ name: "model.0.conv.weight", dims: [1, 2], elements: floats(1, 2) }),
        scalar("model.0.bn.weight", 3),
        scalar("model.1.bn.weight", 4),
        scalar("two", 2),
      ],
      { names: "{0: 'cat', 1: 'dog'}" },
    ),
  );
  expect(checkpoint).toMatchObject({ format: "onnx", ofGraph: true });
  expect(checkpoint.tensors.get("model.0.conv.weight")).toMatchObject({ dtype: "f32", shape: [1, 2] });
  expect(valuesOf(checkpoint, "model.0.conv.weight")).toEqual([1, 2]);
  expect([...checkpoint.tensors.keys()]).toContain("two");
  expect(checkpoint.model).toEqual({
    names: new Map([
      [0, "cat"],
      [1, "dog"],
    ]),
    batchNormEps: new Map([
      ["model.0.bn", 1e-3],
      ["model.1.bn", 1e-5],
    ]),
  });
});

test("initializers with made-up names take those of the modules that torch's exporter names", () => {
  const { tensors } = open(
    onnxFile([
      onnxNode("/model.0/conv/Conv", "Conv", ["images", "onnx::Conv_9", "onnx::Conv_10"]),
      onnxNode("/model.2/m/m.0/cv1/conv/Conv", "Conv", ["a", "onnx::Conv_9"]),
      onnxNode("Conv_7", "Conv", ["b", "onnx::Conv_11"]),
      onnxNode("/model.3/conv/Conv", "Conv", ["c", "model.3.own.weight"]),
      ...["onnx::Conv_9", "onnx::Conv_10", "onnx::Conv_11", "model.3.own.weight"].map((name) => scalar(name, 1)),
    ]),
  );
  expect([...tensors.keys()]).toEqual([
    "model.0.conv.weight",
    "model.2.m.0.cv1.conv.weight",
    "model.0.conv.bias",
    "onnx::Conv_11",
    "model.3.own.weight",
  ]);
});

test("only what is asked for is read", () => {
  const elements = new Uint8Array(4 << 20);
  const bytes = onnxFile([initializer({ name: "w", dims: [1 << 20], elements }), scalar("b", 1)]);
  let readBytes = 0;
  const source = bytesSource("big.onnx", bytes);
  const checkpoint = openCheckpoint({
    ...source,
    read(offsetBytes, length) {
      readBytes += length;
      return source.read(offsetBytes, length);
    },
  });
  expect(readBytes).toBeLessThan(300_000);
  expect(checkpoint.tensors.get("w")?.read().data.length).toBe(1 << 20);
});

const half = { name: "w", dims: [2], dataType: 10 };
const float = { name: "w", dims: [2], elements: floats(1, 2) };

test("elements in lists are read too", () => {
  const file = onnxFile([initializer({ ...half, list: 5, elements: Uint8Array.of(0x80, 0x78, 0) })]);
  expect(valuesOf(open(file), "w")).toEqual([0x3c00, 0]);
});

/** Two numbers `w` in another file. */
function outside(location: string, offset: number, length?: number): Uint8Array {
  const entry = (key: string, value: string): Uint8Array => field(13, field(1, key), field(2, value));
  const entries = [entry("location", location), entry("offset", String(offset))];
  if (length !== undefined) entries.push(entry("length", String(length)));
  return field(5, numberField(1, 2), numberField(2, 1), field(8, "w"), ...entries, numberField(14, 1));
}

test.each<[string, readonly Uint8Array[], string]>([
  ["raw data that are too short", [initializer({ ...float, dims: [3] })], "onnx/tensor"],
  ["a shape whose product overflows", [initializer({ ...float, dims: [2 ** 31, 2 ** 31, 2 ** 31] })], "onnx/tensor"],
  [
    "a list that is too short",
    [initializer({ ...half, dims: [100], list: 5, elements: Uint8Array.of(1) })],
    "onnx/tensor",
  ],
  ["a list of one element less", [initializer({ ...half, list: 5, elements: Uint8Array.of(1) })], "onnx/tensor"],
  ["data in another file", [outside("w.bin", 0, 8)], "weights/sibling"],
  ["data in another folder", [outside("../w.bin", 0, 8)], "weights/sibling"],
  [
    "data in no file",
    [field(5, numberField(2, 1), field(8, "w"), field(13), numberField(14, 1))],
    "onnx/external-data",
  ],
  ["data in a broken entry", [field(5, numberField(2, 1), field(8, "w"), field(13, "x"))], "onnx/malformed"],
  ["strings", [initializer({ ...float, dataType: 8 })], "onnx/dtype"],
  ["the same name twice", [initializer(float), initializer(float)], "onnx/graph"],
  ["a sparse initializer", [field(15, "")], "onnx/sparse"],
  ["a name of a megabyte", [initializer({ ...float, name: "w".repeat(2 ** 20 + 1) })], "onnx/malformed"],
  ["a long name", [initializer({ ...float, name: "w".repeat(2000) })], "weights/limit"],
  [
    "a tensor that reaches past the graph",
    [concat(Uint8Array.of(0x2a), Uint8Array.of(0xff, 0xff, 3))],
    "onnx/malformed",
  ],
])("%s: refused", (_, graph, code) => {
  expect(
    codeOf(() => {
      for (const tensor of open(onnxFile(graph)).tensors.values()) tensor.read();
    }),
  ).toBe(code);
});

test("two graphs, and none, are refused", () => {
  const graph = field(7, field(12, field(1, "y")));
  expect(codeOf(() => open(concat(numberField(1, 8), field(2, ""), graph, graph)))).toBe("onnx/malformed");
  expect(codeOf(() => open(concat(numberField(1, 8), field(2, ""))))).toBe("onnx/malformed");
});

const NUMBERS = Float32Array.of(0, 1, 2, 3);
const beside = (graph: Uint8Array) =>
  openCheckpoint(bytesSource("m.onnx", onnxFile([graph])), {
    sibling: (name) => bytesSource(name, new Uint8Array(NUMBERS.buffer)),
  }).tensors.get("w")!;

test("weights beside the model are read from there", () => {
  expect(beside(outside("w.bin", 4, 8)).read().data).toEqual(Float32Array.of(1, 2));
  expect(beside(outside("w.bin", 8)).read().data).toEqual(Float32Array.of(2, 3));
});

test.each([
  ["behind the file's end", 12, 8],
  ["of another length", 0, 4],
  ["at no offset", -1, 8],
])("weights %s are refused", (_, offset, length) => {
  expect(() => beside(outside("w.bin", offset, length))).toThrow(/onnx\/tensor: .*w\.bin.* f32\[2\] needs 8/);
});
