import { expect, test } from "@jest/globals";
import { readModelInfo } from "./index.js";
import { modelBytes, node, valueInfo } from "./testing/message.js";

test("any model says what it is: newer versions, unknown ops, dynamic shapes", () => {
  const foreign = modelBytes(
    {
      node: [
        node("Conv", ["x"], {}, ["a"]),
        node("Conv", ["a"], {}, ["b"]),
        { ...node("NewOp", ["b"]), domain: "com.example" },
      ],
      initializer: [{ name: "w", dims: [1], dataType: 1, rawData: new Uint8Array(4) }],
      input: [
        valueInfo("x", ["batch", 3, "", 640], 10),
        valueInfo("w", [1]),
        { name: "list", type: { sequenceType: {} } },
      ],
      output: [valueInfo("y", [], 17)],
    },
    99,
    {
      irVersion: 40,
      producerName: "maker",
      metadataProps: [
        { key: "names", value: "{}" },
        { key: "__proto__", value: "p" },
      ],
    },
  );
  // Field 30, of a version to come.
  const info = readModelInfo(Uint8Array.of(...foreign, 0xf2, 1, 2, 8, 1));
  expect(info).toEqual({
    irVersion: 40,
    opset: 99,
    opsets: new Map([["", 99]]),
    producer: "maker",
    inputs: [
      { name: "x", dtype: "f16", shape: ["batch", 3, "?", 640] },
      { name: "list", dtype: "unknown", shape: [] },
    ],
    outputs: [{ name: "y", dtype: "data type 17", shape: [] }],
    metadata: new Map([
      ["names", "{}"],
      ["__proto__", "p"],
    ]),
    nodeCount: 3,
    ops: new Map([
      ["Conv", 2],
      ["com.example.NewOp", 1],
    ]),
    externalData: [],
  });
});

/** A tensor that lies in another file. */
const outside = (location: string, name = "w") => ({
  name,
  dims: [1],
  dataType: 1,
  dataLocation: 1,
  externalData: [
    { key: "offset", value: "0" },
    { key: "location", value: location },
  ],
});

test("the files that tensors lie in are listed, wherever the tensors are", () => {
  const constant = (location: string) => ({
    ...node("Constant", []),
    attribute: [{ name: "value", type: 4, t: outside(location) }],
  });
  const branch = { name: "branch", node: [constant("branch.bin")], initializer: [outside("inner.bin")] };
  const choice = { ...node("If", ["c"]), attribute: [{ name: "then_branch", type: 5, g: branch }] };
  const list = { name: "list", type: 9, tensors: [outside("list.bin")] };
  const { externalData } = readModelInfo(
    modelBytes({
      node: [constant("constant.bin"), choice, { ...node("Many", []), attribute: [list] }],
      initializer: [outside("a.bin"), outside("a.bin", "v"), { ...outside(""), externalData: [] }],
      sparseInitializer: [{ values: outside("values.bin"), indices: outside("indices.bin"), dims: [9] }],
      output: [valueInfo("y", [1])],
    }),
  );
  expect([...externalData].sort()).toEqual([
    "",
    "a.bin",
    "branch.bin",
    "constant.bin",
    "indices.bin",
    "inner.bin",
    "list.bin",
    "values.bin",
  ]);
});

test("graphs within graphs end somewhere", () => {
  const nested = (depth: number): ReturnType<typeof node> => ({
    ...node("If", ["c"]),
    ...(depth > 0 && { attribute: [{ name: "then_branch", type: 5, g: { name: "g", node: [nested(depth - 1)] } }] }),
  });
  const model = (depth: number) => modelBytes({ node: [nested(depth)], output: [valueInfo("y", [1])] });
  expect(readModelInfo(model(20)).externalData).toEqual([]);
  expect(() => readModelInfo(model(60))).toThrow("onnx/limit: the model has more than 100 levels of nested messages");
});

test.each([
  ["no bytes", new Uint8Array(0), "it holds no graph"],
  ["another file", new TextEncoder().encode("import torch\n"), "no readable ONNX model"],
  ["a cut file", modelBytes({ output: [valueInfo("y", [1])] }).slice(0, -3), "where"],
  ["a number without end", new Uint8Array(12).fill(255), "a number has more than ten bytes"],
])("%s is refused in one sentence", (_, bytes, message) => {
  expect(() => readModelInfo(bytes, "a.onnx")).toThrow(message);
  expect(() => readModelInfo(bytes, "a.onnx")).toThrow("onnx/malformed: a.onnx is no readable ONNX model");
});
