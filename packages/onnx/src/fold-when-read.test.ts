import { expect, test } from "@jest/globals";
import { toNumbers } from "@yolo-compile/core";
import { type Graph, verifyGraph } from "@yolo-compile/ir";
import { decodeModel } from "./index.js";
import { MOST_FOLDED } from "./limits.js";
import type { messages } from "./proto.js";
import { int64s, modelBytes, node, valueInfo } from "./testing/message.js";
import { messageOf } from "./testing/message-of.js";

const [F32, I64, BOOL] = [1, 7, 9];

const f32 = (name: string, values: readonly number[], dims: readonly number[] = [values.length]) =>
  ({ name, dims: [...dims], dataType: F32, floatData: [...values] }) satisfies messages.ITensorProto;

const i64 = (name: string, values: readonly number[], dims: readonly number[] = [values.length]) =>
  ({ ...int64s(name, values), dims: [...dims] }) satisfies messages.ITensorProto;

const bools = (name: string, values: readonly number[]) =>
  ({ name, dims: [values.length], dataType: BOOL, int32Data: [...values] }) satisfies messages.ITensorProto;

const decode = (graph: messages.IGraphProto, shapes?: ReadonlyMap<string, readonly number[]>): Graph => {
  const decoded = decodeModel(modelBytes({ input: [valueInfo("x", [2, 3, 8, 5])], ...graph }), "the model", {
    ...(shapes && { shapes }),
  });
  verifyGraph(decoded);
  return decoded;
};

/** What a node gives for constants: `[2,2] 1 2 3 4`. */
function folded(made: messages.INodeProto, initializer: messages.ITensorProto[], elemType: number): string {
  const graph = decode({ node: [made], initializer, output: [{ name: "y", type: { tensorType: { elemType } } }] });
  const { constant } = graph.outputs[0]!.value;
  return `[${constant!.shape}] ${toNumbers(constant!.read()).join(" ")}`;
}

const ab = ["a", "b"];
const column = i64("a", [1, 2], [2, 1]);
const row = i64("b", [1, 2, 3]);

const CASES: readonly (readonly [
  name: string,
  made: messages.INodeProto,
  initializer: readonly messages.ITensorProto[],
  type: number,
  gives: string,
])[] = [
  ["And", node("And", ab), [bools("a", [0, 0, 1, 1]), bools("b", [0, 1, 0, 1])], BOOL, "[4] 0 0 0 1"],
  ["Or", node("Or", ab), [bools("a", [0, 0, 1, 1]), bools("b", [0, 1, 0, 1])], BOOL, "[4] 0 1 1 1"],
  ["Not", node("Not", ["a"]), [bools("a", [0, 1])], BOOL, "[2] 1 0"],
  ["Floor", node("Floor", ["a"]), [f32("a", [2.75, -2.75, 4])], F32, "[3] 2 -3 4"],
  ["Ceil", node("Ceil", ["a"]), [f32("a", [2.25, -2.25, 4])], F32, "[3] 3 -2 4"],
  ["Equal", node("Equal", ab), [column, row], BOOL, "[2,3] 1 0 0 0 1 0"],
  ["Less", node("Less", ab), [column, row], BOOL, "[2,3] 0 1 1 0 0 1"],
  ["LessOrEqual", node("LessOrEqual", ab), [column, row], BOOL, "[2,3] 1 1 1 0 1 1"],
  ["Greater", node("Greater", ab), [column, row], BOOL, "[2,3] 0 0 0 1 0 0"],
  ["GreaterOrEqual", node("GreaterOrEqual", ab), [column, row], BOOL, "[2,3] 1 0 0 1 1 0"],
  [
    "Where",
    node("Where", ["c", "a", "b"]),
    [bools("c", [1, 0, 1]), column, i64("b", [-1], [])],
    I64,
    "[2,3] 1 -1 1 2 -1 2",
  ],
  [
    "Range up",
    node("Range", ["a", "b", "c"]),
    [i64("a", [1], []), i64("b", [8], []), i64("c", [3], [])],
    I64,
    "[3] 1 4 7",
  ],
  [
    "Range down",
    node("Range", ["a", "b", "c"]),
    [f32("a", [1], []), f32("b", [0], []), f32("c", [-0.5], [])],
    F32,
    "[2] 1 0.5",
  ],
  [
    "an empty Range",
    node("Range", ["a", "b", "c"]),
    [i64("a", [3], []), i64("b", [0], []), i64("c", [1], [])],
    I64,
    "[0] ",
  ],
  ["ConstantOfShape", node("ConstantOfShape", ["a"]), [i64("a", [2, 2])], F32, "[2,2] 0 0 0 0"],
  [
    "ConstantOfShape with a value",
    {
      ...node("ConstantOfShape", ["a"]),
      attribute: [{ name: "value", type: 4, t: { dims: [1], dataType: I64, int64Data: [7] } }],
    },
    [i64("a", [2])],
    I64,
    "[2] 7 7",
  ],
  ["Tile", node("Tile", ab), [i64("a", [1, 2, 3, 4], [2, 2]), i64("b", [1, 2])], I64, "[2,4] 1 2 1 2 3 4 3 4"],
  ["ReduceProd", node("ReduceProd", ["a"], { keepdims: 0 }), [i64("a", [2, 3, 4])], I64, "[] 24"],
  ["Add of integers, which the IR has", node("Add", ab), [column, row], I64, "[2,3] 2 3 4 3 4 5"],
];

test.each(CASES)("%s", (_, made, initializer, type, expected) => {
  expect(folded(made, [...initializer], type)).toBe(expected);
});

/** x[n,c,h,w] to twice the size, as torch traces `interpolate` with a factor: through single precision. */
const upsample = (input: messages.IValueInfoProto): messages.IGraphProto => {
  const side = (axis: number): messages.INodeProto[] => [
    node("Shape", ["x"], {}, [`shape${axis}`]),
    node("Gather", [`shape${axis}`, `axis${axis}`], { axis: 0 }, [`side${axis}`]),
    node("Cast", [`side${axis}`], { to: F32 }, [`float${axis}`]),
    node("Mul", [`float${axis}`, "factor"], {}, [`scaled${axis}`]),
    node("Cast", [`scaled${axis}`], { to: F32 }, [`again${axis}`]),
    node("Floor", [`again${axis}`], {}, [`floor${axis}`]),
    node("Unsqueeze", [`floor${axis}`, "first"], {}, [`one${axis}`]),
  ];
  return {
    input: [input],
    output: [valueInfo("y", ["n", "c", "h", "w"])],
    initializer: [i64("axis2", [2], []), i64("axis3", [3], []), f32("factor", [1.5], []), i64("first", [0])],
    node: [
      ...side(2),
      ...side(3),
      node("Concat", ["one2", "one3"], { axis: 0 }, ["floats"]),
      node("Cast", ["floats"], { to: I64 }, ["target"]),
      node("Shape", ["x"], { start: 0, end: 2 }, ["front"]),
      node("Concat", ["front", "target"], { axis: 0 }, ["sizes"]),
      node("Resize", ["x", "", "", "sizes"], { mode: "nearest" }),
    ],
  };
};

test.each([
  ["fixed", valueInfo("x", [2, 3, 8, 5]), undefined],
  ["open, and read for one shape", valueInfo("x", ["batch", 3, "height", "width"]), new Map([["x", [2, 3, 8, 5]]])],
])("a size through Cast and Floor is folded: %s", (_, input, shapes) => {
  const graph = decode(upsample(input), shapes);
  expect(graph.nodes.map(({ op }) => op)).toEqual(["Resize"]);
  expect(graph.nodes[0]!.attributes).toMatchObject({ sizes: [2, 3, 12, 7] });
});

test("a grid that is made from shapes is one constant", () => {
  const graph = decode({
    output: [valueInfo("y", [2, 3, 8, 5])],
    initializer: [i64("three", [3], []), i64("zero", [0], []), i64("one", [1], []), i64("minus", [-1])],
    node: [
      node("Shape", ["x"], {}, ["shape"]),
      node("Gather", ["shape", "three"], { axis: 0 }, ["width"]),
      node("Range", ["zero", "width", "one"], {}, ["columns"]),
      node("Cast", ["columns"], { to: F32 }, ["floats"]),
      node("Equal", ["shape", "minus"], {}, ["is open"]),
      node("Where", ["is open", "shape", "shape"], {}, ["target"]),
      node("Expand", ["floats", "target"], {}, ["grid"]),
      node("Add", ["x", "grid"]),
    ],
  });
  expect(graph.nodes.map(({ op }) => op)).toEqual(["Add"]);
  expect(toNumbers(graph.nodes[0]!.inputs[1]!.constant!.read()).slice(0, 7)).toEqual([0, 1, 2, 3, 4, 0, 1]);
});

test("weights stay nodes, although they are constants", () => {
  const graph = decode({
    output: [valueInfo("y", [2, 3, 8, 5])],
    initializer: [f32("a", [1]), f32("b", [2])],
    node: [node("Mul", ["a", "b"], {}, ["scale"]), node("Mul", ["x", "scale"])],
  });
  expect(graph.nodes.map(({ op }) => op)).toEqual(["Mul", "Mul"]);
});

test.each([
  [
    "a computed Range",
    { node: [node("Range", ["x", "a", "a"])] },
    "onnx/node: Range: input 0, %x, is computed; only constants can be read there",
  ],
  [
    "a Range without end",
    { node: [node("Range", ["zero", "a", "step"])] },
    `onnx/limit: the model has more than ${MOST_FOLDED} elements that it computes from constants`,
  ],
  [
    "a shape without end",
    { node: [node("ConstantOfShape", ["many"])] },
    `onnx/limit: the model has more than ${MOST_FOLDED}`,
  ],
  [
    "a step of nothing",
    { node: [node("Range", ["zero", "a", "zero"])] },
    "onnx/node: Range: its inputs have no result",
  ],
  [
    "shapes that do not fit",
    { node: [node("Equal", ["many", "three"])] },
    "onnx/node: Equal: its inputs have no result",
  ],
])("%s is refused", (_, graph, message) => {
  const initializer = [
    i64("a", [2 ** 40], []),
    i64("step", [1], []),
    i64("zero", [0], []),
    i64("many", [2 ** 20, 2 ** 20]),
    i64("three", [1, 2, 3]),
  ];
  expect(messageOf(() => decode({ ...graph, initializer, output: [valueInfo("y", [1])] }))).toContain(message);
});

test("a shape that the input does not have is refused", () => {
  const shapes = new Map([["x", [2, 4, 8, 5]]]);
  expect(messageOf(() => decode(upsample(valueInfo("x", ["n", 3, "h", "w"])), shapes))).toContain(
    "onnx/graph: the input x is declared [n,3,h,w], [2,4,8,5] was asked for",
  );
});
