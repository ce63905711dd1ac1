import { expect, test } from "@jest/globals";
import { type LazyTensor, tensorOf } from "@yolo-compile/core";
import { floats, GraphBuilder } from "./builder.js";
import { constantValue, fixedShape, fixedSize, fixedType, lazyConstant, opCensus, type Value } from "./graph.js";
import { createNodeByName } from "./node.js";
import type { Attributes } from "./schema.js";
import { parseGraph } from "./text/index.js";

const HERE = { path: "model.0", rules: [] };
const X: Value = { type: { dtype: "f32", shape: [2, 3] }, hint: "x" };

const made = (op: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}) =>
  createNodeByName({ op, inputs, attributes, origin: HERE });

test("a node has its schema's defaults, typed outputs and hints from its origin", () => {
  const node = made("Gemm", [X, floats([1, 2, 3], [3, 1])], { alpha: 0.1 });
  expect(node.attributes).toEqual({ alpha: Math.fround(0.1), beta: 1, transA: 0, transB: 0 });
  expect(node.outputs).toEqual([{ type: { dtype: "f32", shape: [2, 1] }, hint: "model.0/Gemm" }]);
});

test.each([
  ["Rleu", {}, "ir/op: the op Rleu is not one that the IR knows - did you mean Relu"],
  ["constructor", {}, "ir/op: the op constructor is not one that the IR knows"],
  ["Flatten", { axis: 1.5 }, "ir/attribute: Flatten.axis is 1.5, expected int"],
  ["Flatten", { axis: [1] }, "ir/attribute: Flatten.axis is [1], expected int"],
  ["LeakyRelu", { alpha: "1" }, 'ir/attribute: LeakyRelu.alpha is "1", expected float'],
  ["Reshape", { shape: [1, undefined as never] }, "ir/attribute: Reshape.shape is [1,null], expected sizes"],
  ["Transpose", { perm: 1 }, "ir/attribute: Transpose.perm is 1, expected ints"],
  ["Transpose", { perm: [0, 0.5] }, "ir/attribute: Transpose.perm is [0,0.5], expected ints"],
  ["Transpose", {}, "ir/attribute: Transpose.perm is undefined, expected ints"],
  ["Gelu", { approximate: 1 }, "ir/attribute: Gelu.approximate is 1, expected string"],
  ["Cast", { to: "f24" }, 'ir/attribute: Cast.to is "f24", expected dtype'],
  ["Reshape", { shape: [0.5] }, "ir/attribute: Reshape.shape is [0.5], expected sizes"],
  ["Resize", { scales: ["2"] as never }, 'ir/attribute: Resize.scales is ["2"], expected floats'],
  ["Relu", { toString: 1 }, "ir/attribute: Relu.toString is 1, expected no such attribute"],
] as const)("%s %o is refused", (op, attributes, message) => {
  expect(() => made(op, [X], attributes)).toThrow(message);
});

test("types are inferred without reading a constant", () => {
  const unread: LazyTensor = {
    dtype: "f32",
    shape: [3],
    read: () => {
      throw new Error("read");
    },
  };
  expect(made("Add", [X, lazyConstant(unread, "w")]).outputs[0]!.type.shape).toEqual([2, 3]);
});

test("sizes that have to be integers are, or the error names the value and the axis", () => {
  const [x] = parseGraph("graph t(%x: f32[n,3,32*h,8]) { return %x }").inputs as [Value];
  expect(fixedSize(x, 1)).toBe(3);
  expect(fixedSize(x, -1)).toBe(8);
  const problem = "ir/open-size: axis 2 of %x, f32[n,3,32*h,8], is 32*h, an integer is needed there";
  expect(() => fixedSize(x, -2)).toThrow(problem);
  expect(() =>
    fixedShape({ ...x, type: { ...x.type, shape: x.type.shape.map((size, axis) => (axis === 0 ? 1 : size)) } }),
  ).toThrow("axis 2 of %x, f32[1,3,32*h,8]");
  expect(fixedType(X)).toEqual({ dtype: "f32", shape: [2, 3] });
});

test("the census counts ops, most frequent first, then by name", () => {
  const builder = new GraphBuilder("t");
  let value = builder.input("x", X.type);
  for (const op of ["Relu", "Tanh", "Abs", "Tanh"] as const) value = builder.op(op, [value], {}, HERE);
  builder.output("y", builder.op("Add", [value, constantValue(tensorOf("f32", [], [1]), "one")], {}, HERE));
  expect([...opCensus(builder.build())]).toEqual([
    ["Tanh", 2],
    ["Abs", 1],
    ["Add", 1],
    ["Relu", 1],
  ]);
});
