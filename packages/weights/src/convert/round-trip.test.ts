import { expect, test } from "@jest/globals";
import { crc32, DTYPES, type LazyTensor, type Tensor, tensorBytes, tensorOf } from "@yolo-compile/core";
import type { Checkpoint } from "../checkpoint.js";
import { writeNpz } from "../numpy/write-npz.js";
import { writeSafetensors } from "../safetensors/write-safetensors.js";
import { network, row, STORAGES } from "../testing/network.js";
import { codeOf, open } from "../testing/outcome.js";
import * as p from "../testing/pickle-writer.js";
import { safetensorsFile } from "../testing/safetensors-file.js";
import { tensor, torchFile } from "../testing/torch-file.js";
import type { EncodedFile } from "./encoded-file.js";
import { metadataOf } from "./metadata.js";

const lazy = (made: Tensor): LazyTensor => ({ dtype: made.dtype, shape: made.shape, read: () => made });
function bytesOf(file: EncodedFile): Uint8Array {
  const bytes = Buffer.concat([...file.chunks()]);
  expect(bytes.length).toBe(file.byteLength);
  return bytes;
}
const contents = ({ tensors }: Checkpoint) =>
  [...tensors].map(([name, { dtype, shape, read }]) => [
    name,
    dtype,
    shape,
    Buffer.from(tensorBytes(read())).toString("hex"),
  ]);

const ODD = new Map<string, LazyTensor>([
  ...DTYPES.filter((dtype) => dtype !== "bf16").map(
    (dtype) => [`t.${dtype}`, lazy(tensorOf(dtype, [3], [0, 1, 2]))] as const,
  ),
  ["__proto__", lazy(tensorOf("f16", [1, 1], [5]))],
  ["0", lazy(tensorOf("u8", [1], [6]))],
  ['quote " and 中', lazy(tensorOf("f32", [], [7]))],
  ["none", lazy(tensorOf("f64", [2, 0], []))],
]);
const METADATA = new Map([
  ["b", "2"],
  ["a", '"中"'],
]);

const detector = open(
  torchFile({
    root: p.dict(
      ["date", p.text("2024-01-01")],
      ["epoch", p.int(-1)],
      [
        "ema",
        network(
          {
            yaml: p.dict(
              ["nc", p.int(2)],
              ["width_multiple", p.float(0.25)],
              ["zero", p.float(-0)],
              ["big", p.raw(0x8a, 9, [0, 0, 0, 0, 0, 0, 0, 0, 1])],
              ["10", p.int(1)],
              [
                "__proto__",
                p.list(p.none, p.bool(true), p.text("x"), p.float(Number.NaN), p.float(Number.POSITIVE_INFINITY)),
              ],
            ),
            yaml_file: p.text("v5.yaml"),
            names: p.dict([p.int(1), p.text("b")], [p.int(0), p.text("中")]),
            stride: tensor({ shape: [3], offset: 1, storageCount: 8 }),
          },
          [row(), row({ i: p.int(5), f: p.list(p.int(-1), p.int(4)), backbone: p.bool(true) }), {}],
        ),
      ],
    ),
    storages: STORAGES,
  }),
);

test.each([
  ["safetensors", writeSafetensors],
  ["npz", writeNpz],
])("%s: every element type, odd names and metadata come back, and the same bytes every time", (format, write) => {
  const bytes = bytesOf(write({ tensors: ODD, metadata: METADATA }));
  expect(Buffer.compare(bytesOf(write({ tensors: ODD, metadata: METADATA })), bytes)).toBe(0);
  const back = open(bytes);
  expect(back.format).toBe(format);
  expect(contents(back).sort()).toEqual(contents({ ...back, tensors: ODD }).sort());
  expect(back.metadata).toEqual(METADATA);
});

test.each([
  ["safetensors", writeSafetensors],
  ["npz", writeNpz],
])("%s: the record of a pickled model comes back", (_, write) => {
  const metadata = metadataOf(detector, { sha256: "00ff" });
  const back = open(bytesOf(write({ tensors: detector.tensors, metadata })));
  expect(back.model).toEqual(detector.model);
  expect(contents(back)).toEqual(contents(detector));
  expect(back.metadata?.get("yolo-compile.source-sha256")).toBe("00ff");
  expect(metadataOf(back)).toEqual(metadata);
});

test("the bytes of a small file are as they were", () => {
  const tensors = new Map([
    ["a", lazy(tensorOf("f16", [2], [1, 2]))],
    ["b", lazy(tensorOf("i64", [], [3]))],
  ]);
  const safe = bytesOf(writeSafetensors({ tensors, metadata: new Map([["format", "pt"]]) }));
  const [, header, data] = /^(\{.*\} *)(.{12})$/s.exec(Buffer.from(safe).subarray(8).toString("latin1")) ?? [];
  expect(header).toMatchInlineSnapshot(
    `"{"__metadata__":{"format":"pt"},"a":{"dtype":"F16","shape":[2],"data_offsets":[8,12]},"b":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}      "`,
  );
  expect(Buffer.from(data ?? "", "latin1").toString("hex")).toBe("0300000000000000003c0040");
  expect(crc32(bytesOf(writeNpz({ tensors }))).toString(16)).toMatchInlineSnapshot(`"7fe88af6"`);
});

test("bfloat16 stays in safetensors, and becomes the same float32 in .npz", () => {
  const tensors = new Map([["a", lazy(tensorOf("bf16", [2], [1.5, -2]))]]);
  expect(open(bytesOf(writeSafetensors({ tensors }))).tensors.get("a")?.dtype).toBe("bf16");
  expect(
    open(bytesOf(writeNpz({ tensors })))
      .tensors.get("a")
      ?.read(),
  ).toEqual(tensorOf("f32", [2], [1.5, -2]));
});

test("each tensor is read once", () => {
  let reads = 0;
  const made = tensorOf("f32", [1], [1]);
  const counted: LazyTensor = {
    dtype: made.dtype,
    shape: made.shape,
    read() {
      reads++;
      return made;
    },
  };
  for (const write of [writeSafetensors, writeNpz]) bytesOf(write({ tensors: new Map([["a", counted]]) }));
  expect(reads).toBe(2);
});

test("data is aligned to its element size", () => {
  const { tensors } = open(bytesOf(writeSafetensors({ tensors: ODD })));
  for (const { read } of tensors.values()) expect(() => read()).not.toThrow();
  const header = bytesOf(writeSafetensors({ tensors: ODD }));
  expect(Number(Buffer.from(header).readBigUInt64LE(0)) % 8).toBe(0);
});

test("weights without shapes stay so", () => {
  const wts = open(new TextEncoder().encode("1\na 1  3f800000\n"));
  const back = open(bytesOf(writeSafetensors({ tensors: wts.tensors, metadata: metadataOf(wts) })));
  expect(back.flat).toBe(true);
});

test("what a family repeats of its weights is in the metadata for people to read", () => {
  const facts = new Map([["anchors", "[[[1,2]]]"]]);
  expect(metadataOf(detector, { facts }).get("yolo-compile.anchors")).toBe("[[[1,2]]]");
});

test.each(["a/../../b", "/a", "C:a", "a\\b", "a\0b"])("an .npz cannot hold the name %j", (name) => {
  expect(codeOf(() => writeNpz({ tensors: new Map([[name, lazy(tensorOf("f32", [], [1]))]]) }))).toBe("weights/name");
});

test("a weight cannot have the name of the metadata", () => {
  const tensors = new Map([["__metadata__", lazy(tensorOf("f32", [], [1]))]]);
  for (const write of [writeSafetensors, writeNpz]) expect(codeOf(() => write({ tensors }))).toBe("weights/name");
});

test.each<[string, string]>([
  ["no JSON", "{"],
  ["a float that is none", '{"float":"x"}'],
  ["an int that is none", '{"int":"1.5"}'],
  ["a number that is no int", "1.5"],
  ["an unknown tag", '{"call":"os.system"}'],
  ["two tags", '{"float":"1","int":"1"}'],
  ["no tag", "{}"],
  ["a dict of odd pairs", '{"dict":[["a"]]}'],
  ["a dict whose key is a number", '{"dict":[[1,2]]}'],
  ["lists nested deeper than data is", "[".repeat(1000) + "]".repeat(1000)],
])("metadata of ours that is %s is an error", (_, yaml) => {
  const file = safetensorsFile({ __metadata__: { "yolo-compile.yaml": yaml } });
  expect(codeOf(() => open(file))).toBe("weights/metadata");
});

test.each<[string, string]>([
  ["className", "1"],
  ["names", '{"0":"a"}'],
  ["names", '[[0,"a"],[0,"b"]]'],
  ["names", '[["0","a"]]'],
  ["stride", '["8"]'],
  ["layers", "[1]"],
  ["layers", '[{"evil":1}]'],
  ["batchNormEps", '[["a","b"]]'],
  ["identities", '["a",1]'],
  ["epoch", '"1"'],
  ["date", "null"],
])("metadata %s of %s is an error", (field, value) => {
  const file = safetensorsFile({ __metadata__: { [`yolo-compile.${field}`]: value } });
  expect(codeOf(() => open(file))).toBe("weights/metadata");
});
