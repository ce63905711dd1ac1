import { expect, test } from "@jest/globals";
import { type Node, parseGraph } from "@yolo-compile/ir";
import { changeNode } from "./edit.js";
import { onOptimized } from "./operators/on-optimized.js";

// What must not compile is marked: check-types fails where it does.

const [RELU] = parseGraph("graph t(%x: f32[1,2]) { %y = Relu(%x) return %y }").nodes as [Node<"Relu">];

test("a mistake is made at ops that exist, with attributes that they have", () => {
  // @ts-expect-error
  expect(onOptimized("misspelt", ["MaxPol"], () => undefined).ops).toEqual(["MaxPol"]);
  // @ts-expect-error
  onOptimized("no-slope", ["Relu"], (node) => (node.attributes.slope ? undefined : undefined));
  // @ts-expect-error
  expect(() => changeNode(RELU, { attributes: { alpha: 1 } })).toThrow("Relu.alpha");
  // @ts-expect-error
  expect(() => changeNode(RELU, { op: "LeakyRleu" })).toThrow("ir/op");
  // @ts-expect-error
  expect(() => changeNode(RELU, { op: "LeakyRelu", attributes: { slope: 1 } })).toThrow("LeakyRelu.slope");
  expect(changeNode(RELU, { op: "LeakyRelu", attributes: { alpha: 0.5 } }).attributes).toEqual({ alpha: 0.5 });
});
