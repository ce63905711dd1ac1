import { expect, test } from "@jest/globals";
import type { DType } from "@yolo-compile/core";
import { floats, GraphBuilder } from "./builder.js";
import type { Node, Value } from "./graph.js";
import { createNode } from "./node.js";
import { schemaOf } from "./ops/index.js";

// What must not compile is marked: check-types fails where it does. What compiles by a cast is refused when it runs.

const HERE = { path: "", rules: [] };
const X: Value = { type: { dtype: "f32", shape: [1, 4, 8, 8] }, hint: "x" };
const W = floats([1, 1, 1, 1], [1, 4, 1, 1]);

const conv = createNode({ op: "Conv", inputs: [X, W], attributes: { strides: [2, 2] }, origin: HERE });
const builder = new GraphBuilder("t");

/** Equal types, and not just assignable ones. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_A, _B>(_: Same<_A, _B>): void => undefined;

test("attributes have the types of the op's schema", () => {
  const { strides, group }: { strides: readonly number[]; group: number } = conv.attributes;
  expect([strides, group]).toEqual([[2, 2], 1]);
  same<Node<"Conv">["attributes"]["strides"], readonly number[]>(true);
  same<Node<"Conv">["attributes"]["group"], number>(true);
  same<Node<"BatchNormalization">["attributes"]["epsilon"], number>(true);
  same<Node<"Resize">["attributes"]["mode"], string>(true);
  same<Node<"Cast">["attributes"]["to"], DType>(true);
  same<Node<"HardSigmoid">["attributes"]["beta"], number>(true);
  same<Node<"ReduceMax">["attributes"]["keepdims"], number>(true);
  same<keyof Node<"Relu">["attributes"], never>(true);
  // @ts-expect-error: it has strides
  expect(conv.attributes.stride).toBeUndefined();
  // @ts-expect-error: there are no attributes
  expect((createNode({ op: "Relu", inputs: [X], origin: HERE }) satisfies Node<"Relu">).attributes.alpha).toBe(
    undefined,
  );
});

test("the op tells which attributes there are", () => {
  const node = conv as Node; // of any op, for the compiler
  if (node.op === "Conv") same<typeof node, Node<"Conv">>(true);
  // @ts-expect-error: not every op has strides
  expect(node.attributes.strides).toEqual([2, 2]);
  const found = node.op === "Conv" || node.op === "MaxPool" ? node.attributes.strides : undefined;
  expect(found).toEqual([2, 2]);
});

test("a misspelt op does not compile", () => {
  // @ts-expect-error
  expect(() => createNode({ op: "Cnov", inputs: [X], origin: HERE })).toThrow("ir/op");
  // @ts-expect-error
  expect(() => builder.op("Rleu", [X], {}, HERE)).toThrow("ir/op");
  // @ts-expect-error
  expect(() => builder.ops("split", [X], {}, HERE)).toThrow("ir/op");
  // @ts-expect-error
  expect(conv.op === "Cnov").toBe(false);
});

test("a misspelt attribute, or one of another type, does not compile", () => {
  // @ts-expect-error
  expect(() => createNode({ op: "Conv", inputs: [X, W], attributes: { stride: [1] }, origin: HERE })).toThrow(
    "Conv.stride",
  );
  // @ts-expect-error
  expect(() => builder.op("Conv", [X, W], { group: "1" }, HERE)).toThrow("Conv.group");
  // @ts-expect-error
  expect(() => builder.ops("Relu", [X], { alpha: 1 }, HERE)).toThrow("Relu.alpha");
  // @ts-expect-error
  expect(() => builder.op("Cast", [X], { to: "f24" }, HERE)).toThrow("Cast.to");
});

test("an attribute without a default is asked for", () => {
  // @ts-expect-error
  expect(() => builder.op("Transpose", [X], {}, HERE)).toThrow("Transpose.perm");
  // @ts-expect-error
  expect(() => builder.op("MaxPool", [X], { pads: [0, 0, 0, 0] }, HERE)).toThrow("MaxPool.kernel_shape");
  expect(builder.op("Softmax", [X], {}, HERE).type).toEqual(X.type);
});

test("a schema of one op is one of any op", () => {
  expect(schemaOf("Conv").attributes.group).toEqual({ kind: "int", default: 1 });
});
