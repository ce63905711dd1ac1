import { expect, test } from "@jest/globals";
import { bytesSource, isCompileError } from "@yolo-compile/core";
import { decodeModel, encodeBytes, readInitializers, readModelInfo } from "./index.js";
import { attribute, int64s, modelBytes, node, valueInfo } from "./testing/message.js";
import { mutations } from "./testing/mutate.js";
import { allSamples } from "./testing/op-samples.js";

/** `value`, or the code of the CompileError; every other exception goes on. */
function outcome(run: () => unknown): string {
  try {
    run();
    return "value";
  } catch (error) {
    if (isCompileError(error)) return error.diagnostic.code;
    throw error;
  }
}

test("a damaged file gives a value that can be written again, or a CompileError", () => {
  const found = new Map<string, number>();
  const note = (code: string): void => {
    found.set(code, (found.get(code) ?? 0) + 1);
  };
  for (const opset of [11, 21])
    for (const [index, { graph }] of [...allSamples(undefined, opset)].entries())
      for (const damaged of mutations(encodeBytes(graph, { opset }), 60, index + opset)) {
        note(outcome(() => readModelInfo(damaged)));
        note(outcome(() => encodeBytes(decodeModel(damaged), { opset: 21 })));
      }
  expect([...found.keys()]).toEqual(
    expect.arrayContaining(["value", "onnx/malformed", "onnx/graph", "onnx/attribute", "ir/type"]),
  );
});

test("every cut of a file that we wrote is noticed", () => {
  const bytes = encodeBytes([...allSamples()][0]!.graph, { opset: 17 });
  for (let length = 0; length < bytes.length; length++)
    expect([length, outcome(() => readModelInfo(bytes.subarray(0, length)))]).toEqual([length, "onnx/malformed"]);
});

const x = [valueInfo("x", [1, 1, 4, 4])];
const y = [valueInfo("y", [1])];

test.each([
  ["zero strides", node("MaxPool", ["x"], { kernel_shape: [2, 2], strides: [0, 0] }), "onnx/attribute"],
  ["too few strides", node("MaxPool", ["x"], { kernel_shape: [2, 2], strides: [1] }), "onnx/attribute"],
  ["a window of nothing", node("MaxPool", ["x"], { kernel_shape: [] }), "onnx/node"],
  ["doubled axes", node("Unsqueeze", ["x"], { axes: [0, 0] }), "ir/type"],
  [
    "a rank past the limit",
    node("Unsqueeze", ["x"], { axes: Array.from({ length: 60 }, (_, axis) => axis) }),
    "onnx/node",
  ],
  ["prototype names", node("constructor", ["x"]), "onnx/op"],
  ["prototype attributes", node("Relu", ["x"], { __proto__: 1, constructor: 1 }), "onnx/attribute"],
  ["an attribute without end", node("Relu", ["x"], { ["a".repeat(1000)]: 1 }), "onnx/attribute"],
])("%s", (_, made, code) => {
  expect(outcome(() => decodeModel(modelBytes({ node: [made], input: x, output: y }, 11)))).toBe(code);
});

test("counts are limited before they cost memory", () => {
  const many = Array.from({ length: 2 ** 19 }, () => ({}));
  expect(outcome(() => readModelInfo(modelBytes({ node: many, output: y })))).toBe("onnx/limit");
  const long = int64s("s", new Array<number>(5000).fill(1));
  const reshape = modelBytes({ node: [node("Reshape", ["x", "s"])], input: x, output: y, initializer: [long] });
  expect(outcome(() => decodeModel(reshape))).toBe("onnx/node");
  const outside = { name: "w", dims: [1], dataType: 1, externalData: many };
  const weights = bytesSource("w.onnx", modelBytes({ initializer: [outside], output: y }));
  expect(outcome(() => readInitializers(weights))).toBe("onnx/limit");
  const list = {
    opType: "Constant",
    output: ["y"],
    attribute: [attribute("value_ints", new Array<number>(2 ** 20 + 1).fill(0))],
  };
  expect(outcome(() => decodeModel(modelBytes({ node: [list], output: y })))).toBe("onnx/limit");
});
