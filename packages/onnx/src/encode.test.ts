import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { isCompileError, type LazyTensor, type Tensor, tensorBytes, tensorOf } from "@yolo-compile/core";
import { constantValue, type Graph, GraphBuilder, lazyConstant, opCensus, type Value } from "@yolo-compile/ir";
import { decodeModel, encodeBytes, encodeModel, OPSETS, readModelInfo } from "./index.js";
import { lowerGraph } from "./lower.js";
import { PRODUCER } from "./producer.js";
import { onnx } from "./proto.js";
import { describeGraph } from "./testing/describe-graph.js";
import { allSamples } from "./testing/op-samples.js";

const HERE = { path: "model.0", rules: [] };
const OPSET_RANGE = Array.from({ length: OPSETS.max - OPSETS.min + 1 }, (_, index) => OPSETS.min + index);

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (isCompileError(error)) return error.diagnostic.code;
    throw error;
  }
  return "no error";
};

function convGraph(weight: LazyTensor): Graph {
  const builder = new GraphBuilder("net");
  const x = builder.input("images", { dtype: "f32", shape: [1, 2, 4, 4] });
  builder.output("y", builder.op("Conv", [x, lazyConstant(weight, "model.0.weight")], {}, HERE));
  return builder.build(
    new Map([
      ["stride", "32"],
      ["names", "{0: 'a'}"],
    ]),
  );
}

const WEIGHT = tensorOf("f32", [3, 2, 1, 1], [1, 2, 3, 4, 5, 6]);
const CONV = convGraph({ ...WEIGHT, read: () => WEIGHT });

test.each(OPSET_RANGE)("every op is written at opset %i and read again as it was", (opset) => {
  for (const { op, name, graph } of allSamples("f32", opset)) {
    if (op === "Range") continue; // of integers it is a constant when it is read
    const expected = describeGraph(lowerGraph(graph, opset));
    expect([name, describeGraph(decodeModel(encodeBytes(graph, { opset })))]).toEqual([name, expected]);
  }
});

test("at the newest opset nothing is rewritten but what ONNX reads otherwise", () => {
  const changed = [...allSamples()].filter(
    ({ graph }) => describeGraph(lowerGraph(graph, OPSETS.max)) !== describeGraph(graph),
  );
  expect(changed.map(({ name }) => name)).toEqual(["Squeeze1", "ReduceMean2", "ReduceMax2", "ReduceSum2"]);
});

test("axes and sizes are attributes up to the opset before that which made them inputs", () => {
  const last = new Map<string, number>();
  for (const opset of OPSET_RANGE)
    for (const { op, graph } of allSamples("f32", opset)) {
      const { node } = onnx.ModelProto.decode(encodeBytes(graph, { opset })).graph!;
      if (node!.some(({ attribute }) => attribute!.some(({ name }) => name === "axes" || name === "split")))
        last.set(op, opset);
    }
  expect(Object.fromEntries(last)).toEqual({
    ReduceMax: 17,
    ReduceMean: 17,
    ReduceSum: 12,
    Split: 12,
    Squeeze: 12,
    Unsqueeze: 12,
  });
});

test("the file says what was asked for, and what the graph says about itself", () => {
  const info = readModelInfo(encodeBytes(CONV, { opset: 13 }));
  expect(info).toMatchObject({ opset: 13, irVersion: 7, producer: "yolo-compile 0.1.0", nodeCount: 1 });
  expect([...info.metadata]).toEqual([
    ["stride", "32"],
    ["names", "{0: 'a'}"],
  ]);
  expect(info.inputs).toEqual([{ name: "images", dtype: "f32", shape: [1, 2, 4, 4] }]);
  expect(info.outputs).toEqual([{ name: "y", dtype: "f32", shape: [1, 3, 4, 4] }]);
});

test("the producer's version is that of the published package", () => {
  const manifest: unknown = JSON.parse(readFileSync("packages/cli/package.json", "utf8"));
  expect(manifest).toMatchObject({ version: PRODUCER.version });
});

test.each([
  [11, 6],
  [12, 7],
  [14, 7],
  [15, 8],
  [18, 8],
  [19, 9],
  [20, 9],
  [21, 10],
  [22, 10],
  [23, 11],
  [24, 12],
  [25, 13],
  [26, 13],
])("opset %i comes with IR version %i", (opset, irVersion) => {
  expect(readModelInfo(encodeBytes(CONV, { opset })).irVersion).toBe(irVersion);
});

test("constants are read once, when their chunk is asked for, and are not copied", () => {
  let reads = 0;
  const read = (): Tensor => {
    reads++;
    return WEIGHT;
  };
  const model = encodeModel(convGraph({ ...WEIGHT, read }), { opset: 17 });
  expect(reads).toBe(0);
  const chunks = [...model.chunks()];
  expect(reads).toBe(1);
  expect(chunks.filter(({ buffer }) => buffer === WEIGHT.data.buffer)).toEqual([tensorBytes(WEIGHT)]);
  expect(chunks.reduce((sum, chunk) => sum + chunk.length, 0)).toBe(model.byteLength);
});

/** Pieces of these lengths, in memory that is used again. */
function* piecesOfWeight(lengths: readonly number[]): Iterable<Float32Array> {
  const memory = new Float32Array(6);
  let at = 0;
  for (const length of lengths) {
    memory.set(Float32Array.from({ length }, (_, index) => 1 + at + index));
    yield memory.subarray(0, length);
    at += length;
  }
}

test("a constant in pieces is written piece by piece, each a copy", () => {
  const pieces = () => piecesOfWeight([4, 2]);
  const chunks = [...encodeModel(convGraph({ ...WEIGHT, read: () => WEIGHT, pieces }), { opset: 17 }).chunks()];
  expect(Buffer.concat(chunks).equals(encodeBytes(CONV, { opset: 17 }))).toBe(true);
});

test.each([[[4]], [[4, 3]], [[4, 2, 1]], [[]]])(
  "pieces of other lengths than the type's stop the writing: %j",
  (lengths) => {
    const pieces = () => piecesOfWeight(lengths);
    const model = encodeModel(convGraph({ ...WEIGHT, read: () => WEIGHT, pieces }), { opset: 17 });
    expect(codeOf(() => [...model.chunks()])).toBe("onnx/constant");
  },
);

test("the same graph gives the same bytes", () => {
  for (const { graph } of allSamples("f16"))
    expect(encodeBytes(graph, { opset: 17 })).toEqual(encodeBytes(graph, { opset: 17 }));
});

test("a shared constant is written once", () => {
  const builder = new GraphBuilder("shared");
  const weight = constantValue(tensorOf("f32", [4], [1, 2, 3, 4]), "w");
  const x = builder.input("x", { dtype: "f32", shape: [4] });
  builder.output("y", builder.op("Add", [builder.op("Mul", [x, weight], {}, HERE), weight], {}, HERE));
  const graph = decodeModel(encodeBytes(builder.build(), { opset: 17 }));
  expect(graph.nodes[0]!.inputs[1]).toBe(graph.nodes[1]!.inputs[1]);
});

test("outputs that are inputs, constants or other outputs get a node of their own; unused inputs stay", () => {
  const builder = new GraphBuilder("outputs");
  const x = builder.input("x", { dtype: "f32", shape: [2] });
  builder.input("unused", { dtype: "i64", shape: [] });
  const y = builder.op("Relu", [x], {}, HERE);
  builder.output("same", x);
  builder.output("constant", constantValue(tensorOf("f32", [1], [7]), "seven"));
  builder.output("y", y);
  builder.output("again", y);
  const graph = decodeModel(encodeBytes(builder.build(), { opset: 11 }));
  expect(graph.inputs.map(({ hint }) => hint)).toEqual(["x", "unused"]);
  expect(graph.outputs.map(({ name }) => name)).toEqual(["same", "constant", "y", "again"]);
  expect(opCensus(graph)).toEqual(
    new Map([
      ["Identity", 3],
      ["Relu", 1],
    ]),
  );
});

test.each([
  ["onnx/opset", () => encodeModel(CONV, { opset: 10 })],
  ["onnx/opset", () => encodeModel(CONV, { opset: OPSETS.max + 1 })],
  ["onnx/opset", () => encodeModel(CONV, { opset: 17.5 })],
  ["onnx/opset", () => encodeModel(CONV, { opset: Number.NaN })],
])("%s is what an opset out of range gives (%#)", (code, run) => {
  expect(codeOf(run)).toBe(code);
});

test("an op or a type that the opset does not have is an error that says which has it", () => {
  const sigmoid = [...allSamples("bf16")].find(({ name }) => name === "Sigmoid0")!.graph;
  expect(() => encodeModel(sigmoid, { opset: 12 })).toThrow(
    "onnx/opset: Sigmoid of bf16 needs opset 13 or later, opset 12 was asked for - ask for opset 13, or use another op (sample.Sigmoid0)",
  );
  const conv = [...allSamples("bf16")].find(({ name }) => name === "Conv0")!.graph;
  expect(codeOf(() => encodeModel(conv, { opset: 21 }))).toBe("onnx/opset");
});

test("a model of more than 2 GiB is refused before anything is read", () => {
  const read = (): Tensor => {
    throw new Error("read");
  };
  const graph = convGraph({ dtype: "f32", shape: [2 ** 28, 2, 1, 1], read });
  expect(() => encodeModel(graph, { opset: 17 })).toThrow("onnx/too-large: the model has 2147483970 bytes (2.00 GiB)");
});

test("a constant that gives other bytes than its type says stops the writing", () => {
  const model = encodeModel(convGraph({ ...WEIGHT, read: () => tensorOf("f32", [5], [1, 2, 3, 4, 5]) }), { opset: 17 });
  expect(codeOf(() => [...model.chunks()])).toBe("onnx/constant");
});

test("an output cannot have the name of an input", () => {
  const builder = new GraphBuilder("clash");
  builder.output("x", builder.op("Relu", [builder.input("x", { dtype: "f32", shape: [1] })], {}, HERE));
  expect(codeOf(() => encodeModel(builder.build(), { opset: 17 }))).toBe("onnx/name");
});

test("large constants lie beside the model, small ones in it", () => {
  const builder = new GraphBuilder("net");
  const x = builder.input("x", { dtype: "f32", shape: [1, 300] });
  const [large, small, third] = [300, 1, 257].map((count) => {
    const numbers = Array.from({ length: count }, (_, index) => index);
    return constantValue(tensorOf("f32", [1, count], numbers), `w${count}`);
  }) as [Value, Value, Value];
  builder.output("y", builder.op("Mul", [builder.op("Add", [x, large], {}, HERE), small], {}, HERE));
  builder.output("z", builder.op("Identity", [third], {}, HERE));
  const graph = builder.build();
  const { data, ...model } = encodeModel(graph, { opset: 17, dataFile: "net.onnx.data" });
  const { graph: read } = onnx.ModelProto.decode(Buffer.concat([...model.chunks()]));
  const placed = read!.initializer!.map(({ name, externalData, rawData }) => [
    name,
    Object.fromEntries(externalData!.map(({ key, value }) => [key, value])),
    rawData!.length,
  ]);
  expect(placed).toEqual([
    ["model.0/Add/w300", { location: "net.onnx.data", offset: "0", length: "1200" }, 0],
    ["model.0/Mul/w1", {}, 4],
    ["model.0/Identity/w257", { location: "net.onnx.data", offset: "1216", length: "1028" }, 0],
  ]);
  const bytes = Buffer.concat([...data!.chunks()]);
  expect([bytes.length, data!.byteLength]).toEqual([2244, 2244]);
  expect(new Float32Array(bytes.buffer.slice(bytes.byteOffset + 1216, bytes.byteOffset + 2244))[256]).toBe(256);
  expect(readModelInfo(Buffer.concat([...model.chunks()])).externalData).toEqual(["net.onnx.data"]);
  expect(encodeModel(graph, { opset: 17 })).not.toHaveProperty("data");
});
