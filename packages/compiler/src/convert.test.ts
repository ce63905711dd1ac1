import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { bytesSource, isCompileError, type LazyTensor, tensorOf } from "@yolo-compile/core";
import { traceNetwork } from "@yolo-compile/network";
import { encodeBytes } from "@yolo-compile/onnx";
import { fixturePath } from "@yolo-compile/testkit";
import { type Checkpoint, openCheckpoint } from "@yolo-compile/weights";
import { compileGraphs, loadNetwork } from "./compile-graphs.js";
import { type ConvertRequest, convertWeights } from "./convert.js";
import { randomWeights } from "./random-weights.js";
import { type ConfigText, networkName } from "./read-document.js";

const YAML = readFileSync(fixturePath("efficientvit/detector.yaml"), "utf8");
const config: ConfigText = { file: "cfg/detector.yaml", text: YAML };
const SIZE = [64, 64] as const;

function written(request: ConvertRequest): Checkpoint {
  const bytes = Buffer.concat([...convertWeights(request).file.chunks()]);
  return openCheckpoint(bytesSource(request.output, new Uint8Array(bytes)));
}

const compiled = (checkpoint: Checkpoint, yaml?: ConfigText): Uint8Array =>
  encodeBytes(
    compileGraphs({ checkpoint, ...(yaml && { config: yaml }), size: SIZE, batch: 1, passes: "full" }).optimized,
    {
      opset: 17,
    },
  );

/** A checkpoint of random weights with everything that a network's has, integers and anchors too. */
function madeUp(yaml: ConfigText): Checkpoint {
  const network = loadNetwork(yaml, undefined);
  const { checkpoint: random } = randomWeights(network, 1, { size: SIZE });
  const stored = [...traceNetwork(network, { size: SIZE }).trace.expected.values()].flatMap(({ name, fallback }) =>
    fallback ? [[name, { ...fallback, read: () => fallback }] as const] : [],
  );
  return { ...random, tensors: new Map<string, LazyTensor>([...random.tensors, ...stored]) };
}

test("weights without shapes take the network's, and say which kernels their queries have", () => {
  const other = madeUp({ ...config, text: YAML.replace("kernels: [5, 3, 3]", "kernels: [3, 5, 3]") });
  expect([...other.tensors.values()].some(({ dtype }) => dtype === "i64")).toBe(true);
  const flat = written({ checkpoint: other, output: "a.wts" });
  expect(flat.flat).toBe(true);
  const expected = compiled(other, config);
  expect(Buffer.compare(compiled(flat, config), expected)).toBe(0);
  const packed = written({ checkpoint: flat, config, output: "a.bin" });
  expect(Buffer.compare(compiled(packed), expected)).toBe(0);
});

const weights: Checkpoint = { ...madeUp(config), name: "runs/best.pt" };
const yaml = { nc: 2 };

test.each<[string, Checkpoint["model"], string]>([
  ["its own file", {}, "best"],
  ["the yaml in it", { yamlFile: "yolov5s.yaml" }, "yolov5s"],
  ["what it was called before", { name: "older", yamlFile: "yolov5s.yaml" }, "older"],
])("a network is called after %s", (_, model, name) => {
  const checkpoint = { ...weights, model: { ...model, yaml } };
  expect(networkName(checkpoint)).toBe(name);
  expect(networkName(written({ checkpoint, output: "other.bin" }))).toBe(name);
});

test("a yaml that is put in is read as the file would be, and names the network", () => {
  const packed = written({ checkpoint: weights, config, output: "a.npz" });
  expect(packed.model).toMatchObject({ yamlFile: "detector.yaml", yaml: { nc: 2, depth_multiple: { pyFloat: 1 } } });
  expect(packed.metadata?.get("yolo-compile.source-sha256")).toBeUndefined();
  expect(Buffer.compare(compiled(packed), compiled(weights, config))).toBe(0);
});

test("what a format cannot hold is said", () => {
  const tensors = new Map<string, LazyTensor>([
    ["a", { dtype: "bf16", shape: [1], read: () => tensorOf("bf16", [1], [1]) }],
    ["b", { dtype: "i64", shape: [1, 1], read: () => tensorOf("i64", [1, 1], [1]) }],
  ]);
  const notesOf = (output: string) =>
    convertWeights({ checkpoint: { ...weights, tensors }, output }).notes.map(({ code, message }) => [code, message]);
  expect(notesOf("a.bin")).toEqual([]);
  expect(notesOf("a.npz")).toMatchInlineSnapshot(`
[
  [
    "convert/dtype",
    "NumPy has no bfloat16: 1 of 2 weights are written as float32",
  ],
]
`);
  expect(notesOf("a.wts")).toMatchInlineSnapshot(`
[
  [
    "convert/shapes",
    ".wts has no shapes: 1 of 2 weights become vectors",
  ],
  [
    "convert/dtype",
    ".wts is float32: 2 weights of other types (1 of integers) are widened",
  ],
]
`);
});

test("nothing is hashed or read for a format that cannot be written, or a yaml that is none", () => {
  const sha256 = (): string => {
    throw new Error("too early");
  };
  const codeOf = (request: Partial<ConvertRequest>): string => {
    try {
      convertWeights({ checkpoint: weights, output: "a.bin", sha256, ...request });
    } catch (error) {
      if (isCompileError(error)) return error.diagnostic.code;
      throw error;
    }
    return "none";
  };
  expect(codeOf({ output: "a.pth" })).toBe("convert/format");
  expect(codeOf({ config: { file: "a.yaml", text: "nc: 1" } })).toBe("compile/family");
  expect(codeOf({ config: { file: "a.yaml", text: "{nc: 1, backbone: []}" } })).toBe("yaml/keys");
});
