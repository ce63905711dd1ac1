import { expect, test } from "@jest/globals";
import { multiplySizes, symbolSize, tensorOf } from "@yolo-compile/core";
import { constantValue, createNode, type Graph, type Node, type OpName, type Value } from "@yolo-compile/ir";
import { encodeBytes } from "./index.js";
import { onnx } from "./proto.js";

const SIDE = multiplySizes(32, symbolSize("h"));
const IMAGES: Value = { type: { dtype: "f32", shape: [1, 2, SIDE, 64] }, hint: "images" };
const WEIGHT = constantValue(tensorOf("f32", [3, 2, 1, 1], [1, 2, 3, 4, 5, 6]), "model.0.conv.weight");

const made = (op: OpName, path: string, inputs: Node["inputs"], hint: string): Node =>
  createNode({ op, inputs, origin: { path, rules: [] }, hints: [hint] });

const two = (): Value => constantValue(tensorOf("f32", [], [2]), "two");

/** As passes leave it: the convolution took a BatchNormalization over. */
function folded(): Graph {
  const conv = made("Conv", "model.0.conv", [IMAGES, WEIGHT], "model.0.bn/BatchNormalization");
  const mish = made("Mish", "model.0.act", conv.outputs, "model.0.act/Mish");
  const later = made("Relu", "model.0.conv", mish.outputs, "model.0.bn/BatchNormalization/rule");
  const first = made("Mul", "model.1", [later.outputs[0], two()], "model.1/Mul");
  const second = made("Mul", "model.1", [first.outputs[0], two()], "model.1/Mul");
  const last = made("Add", "model.1", [second.outputs[0], second.outputs[0]], "model.1/Add");
  const nodes = [conv, mish, later, first, second, last];
  return { name: "", inputs: [IMAGES], nodes, outputs: [{ name: "y", value: last.outputs[0]! }], metadata: new Map() };
}

const written = (opset: number) => onnx.ModelProto.decode(encodeBytes(folded(), { opset })).graph!;

test("a folded convolution's value is called after the module, a constant after the node that takes it", () => {
  const { node, initializer } = written(18);
  expect(node!.map(({ output }) => output![0])).toEqual([
    "model.0.bn",
    "model.0.act/Mish",
    "model.0.bn/rule",
    "model.1/Mul",
    "model.1/Mul_1",
    "y",
  ]);
  expect(initializer!.map(({ name }) => name)).toEqual(["model.0.conv.weight", "model.1/Mul/two", "model.1/Mul_1/two"]);
});

test("every value between inputs and outputs has its type in the file", () => {
  const { node, valueInfo } = written(17);
  const between = node!.flatMap(({ output }) => output!).filter((name) => name !== "y");
  expect(valueInfo!.map(({ name }) => name)).toEqual(between);
  const dims = valueInfo!.map(({ type }) =>
    type!.tensorType!.shape!.dim!.map(({ dimValue, dimParam }) => dimParam || Number(dimValue)),
  );
  expect(dims).toEqual(between.map(() => [1, 3, "32*h", 64]));
});
