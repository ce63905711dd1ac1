import { expect, test } from "@jest/globals";
import { bytesSource } from "@yolo-compile/core";
import { openCheckpoint } from "../formats.js";
import { legacyFile, type NewLegacyFile } from "../testing/legacy-file.js";
import { NAMES, network } from "../testing/network.js";
import { codeOf, errorOf, open, valuesOf } from "../testing/outcome.js";
import * as p from "../testing/pickle-writer.js";
import { storageRef, tensor } from "../testing/torch-file.js";

const floats = Float32Array.from({ length: 8 }, (_, index) => index);
const root = p.dict(
  ["a", tensor({ shape: [2], storageCount: 8 })],
  ["b", tensor({ shape: [3], key: "x", storage: "HalfStorage" })],
);
const storages: NewLegacyFile["storages"] = [
  ["0", floats],
  ["x", Uint16Array.of(7, 8, 9)],
];

test.each([2, 3, 4, 5])("reads the stream of protocol %i", (protocol) => {
  const checkpoint = open(legacyFile({ root, storages, protocol }));
  expect(checkpoint.format).toBe("torch-legacy");
  expect(valuesOf(checkpoint, "a")).toEqual([0, 1]);
  expect(valuesOf(checkpoint, "b")).toEqual([7, 8, 9]);
});

test("reads the mark as protocols 0 and 1 write it", () => {
  const mark = p.raw("L119547037146038801333356L\n");
  const bytes = legacyFile({ root, storages, mark });
  expect(open(bytes.subarray(2)).format).toBe("torch-legacy"); // without PROTO
});

test("a class whose source text is kept is that class", () => {
  const withSource = (name: string) =>
    p.persistent(p.tuple(p.text("module"), p.global("models.yolo", name), p.text("yolo.py"), p.text("class Model: …")));
  const model = p.build(
    p.newObject(withSource("Model")),
    p.dict(
      ["_modules", p.orderedDict()],
      ["_parameters", p.orderedDict(["w", tensor({ shape: [1], storageCount: 8 })])],
    ),
  );
  const checkpoint = open(legacyFile({ root: p.dict(["model", model]), storages: [["0", floats]] }));
  expect(checkpoint.model?.className).toBe("models.yolo.Model");
  expect([...checkpoint.tensors.keys()]).toEqual(["w"]);
});

test("a pickled network", () => {
  const checkpoint = open(legacyFile({ root: p.dict(["model", network()]), storages: [["0", floats]] }));
  expect([...checkpoint.tensors.keys()]).toEqual(NAMES);
  expect(checkpoint.model?.batchNormEps?.get("model.0.bn")).toBe(1e-3);
});

const viewOf = (view: p.Code, shape: readonly number[], offset = 0) =>
  p.reduce(
    p.global("torch._utils", "_rebuild_tensor_v2"),
    p.persistent(
      p.tuple(p.text("storage"), p.global("torch", "FloatStorage"), p.text("0"), p.text("cpu"), p.int(8), view),
    ),
    p.int(offset),
    p.tuple(...shape.map(p.int)),
    p.tuple(...shape.map(() => p.int(1))),
    p.bool(false),
    p.orderedDict(),
  );

test("a storage may be a view of another", () => {
  const openView = (view: p.Code, shape: readonly number[], offset?: number) =>
    open(legacyFile({ root: p.dict(["w", viewOf(view, shape, offset)]), storages: [["0", floats]] }));
  const view = p.tuple(p.text("v"), p.int(3), p.int(4));
  expect(valuesOf(openView(view, [4]), "w")).toEqual([3, 4, 5, 6]);
  expect(valuesOf(openView(view, [2], 1), "w")).toEqual([4, 5]);
  expect(valuesOf(openView(p.none, [2]), "w")).toEqual([0, 1]);
  expect(codeOf(() => openView(view, [5]))).toBe("weights/tensor");
  expect(codeOf(() => openView(p.tuple(p.text("v"), p.int(6), p.int(4)), [1]))).toBe("weights/tensor");
  expect(codeOf(() => openView(p.tuple(p.text("v"), p.int(-1), p.int(4)), [1]))).toBe("weights/tensor");
  expect(codeOf(() => openView(p.text("v"), [1]))).toBe("weights/tensor");
});

test("storages of types that are not read are stepped over", () => {
  const optimizer = p.list(
    p.persistent(
      p.tuple(p.text("storage"), p.global("torch", "ComplexFloatStorage"), p.text("c"), p.text("cpu"), p.int(2)),
    ),
  );
  const bytes = legacyFile({
    root: p.dict(["state_dict", root], ["optimizer", optimizer]),
    storages: [["c", { buffer: new ArrayBuffer(16), byteOffset: 0, byteLength: 16, length: 2 }], ...(storages ?? [])],
  });
  expect(valuesOf(open(bytes), "b")).toEqual([7, 8, 9]);
});

test("no more is read than the pickles, until a weight is", () => {
  const bytes = legacyFile({
    root: p.dict(["a", tensor({ shape: [2 ** 22] })]),
    storages: [["0", new Float32Array(2 ** 22)]],
  });
  let readBytes = 0;
  const source = {
    ...bytesSource("a", bytes),
    read(at: number, length: number) {
      readBytes += length;
      return bytes.subarray(at, at + length);
    },
  };
  openCheckpoint(source);
  expect(readBytes).toBeLessThan(2 ** 20);
});

test.each<[string, string, Partial<NewLegacyFile>]>([
  ["another version", "weights/legacy", { version: p.int(1002) }],
  ["keys that are no list", "weights/legacy", { keys: p.int(1) }],
  ["a key that is no text", "weights/legacy", { keys: p.list(p.int(1)) }],
  ["a key twice", "weights/legacy", { keys: p.list(p.text("0"), p.text("0")) }],
  ["a key that no tensor names", "weights/dtype", { keys: p.list(p.text("9")) }],
  ["a storage of an unknown class", "weights/dtype", { root: p.dict(["a", storageRef("MyStorage", "0", 8)]) }],
  ["a storage that is not there", "weights/storage", { storages: [["0", floats]] }],
  [
    "fewer elements than the pickle says",
    "weights/storage",
    {
      storages: [
        ["0", floats.subarray(1)],
        ["x", Uint16Array.of(1, 2, 3)],
      ],
    },
  ],
  ["a reference in text", "weights/legacy", { root: p.raw("P('storage', 1)\n") }],
])("refuses %s", (_, code, change) => {
  expect(codeOf(() => open(legacyFile({ root, storages, ...change })))).toBe(code);
});

test("every truncation is refused, and one within a storage says which", () => {
  const bytes = legacyFile({ root, storages });
  for (let length = 30; length < bytes.length; length++)
    expect(["weights/truncated", "pickle/malformed"]).toContain(codeOf(() => open(bytes.subarray(0, length))));
  expect(errorOf(() => open(bytes.subarray(0, bytes.length - 1))).message).toMatchInlineSnapshot(
    `"weights/truncated: test.pt: storage x reaches to byte 419, the file has 418 - the download or copy was cut short or damaged, fetch the file again"`,
  );
});

test("a command in any of its pickles is found", () => {
  const evil = p.reduce(p.global("os", "system"), p.text("true"));
  for (const change of [{ mark: evil }, { version: evil }, { root: evil }, { keys: evil }])
    expect(codeOf(() => open(legacyFile({ root, storages, ...change })))).toBe("weights/suspicious");
});
