import { expect, test } from "@jest/globals";
import { toNumbers } from "@yolo-compile/core";
import { type Graph, verifyGraph } from "@yolo-compile/ir";
import { decodeModel } from "./index.js";
import type { messages } from "./proto.js";
import { int64s, modelBytes, node, valueInfo } from "./testing/message.js";
import { messageOf } from "./testing/message-of.js";

/** One node from `x` to `y`, as another exporter writes it. */
function decodeNode(
  made: messages.INodeProto,
  x: readonly number[],
  y: readonly (number | string)[],
  { opset = 17, initializer = [] as messages.ITensorProto[] } = {},
): Graph {
  const output = made.output!.map((name) => valueInfo(name, y));
  const graph = decodeModel(modelBytes({ node: [made], input: [valueInfo("x", x)], output, initializer }, opset));
  verifyGraph(graph);
  return graph;
}

/** `Op(attributes; numbers of constant inputs)` of each node. */
const spell = (graph: Graph): string[] =>
  graph.nodes.map(({ op, attributes, inputs }) => {
    const constants = inputs.flatMap((input) => (input?.constant ? [`[${toNumbers(input.constant.read())}]`] : []));
    return `${op} ${JSON.stringify(attributes)} ${constants.join(" ")}`.trim();
  });

const weight: messages.ITensorProto = { name: "w", dims: [2, 3, 3, 3], dataType: 1, rawData: new Uint8Array(216) };

test("what a file leaves out has ONNX's default", () => {
  expect(spell(decodeNode(node("Conv", ["x", "w"]), [1, 3, 8, 8], [1, 2, 6, 6], { initializer: [weight] }))[0]).toMatch(
    'Conv {"dilations":[1,1],"group":1,"pads":[0,0,0,0],"strides":[1,1]}',
  );
  expect(spell(decodeNode(node("Transpose", ["x"]), [2, 3, 4], [4, 3, 2]))).toEqual(['Transpose {"perm":[2,1,0]}']);
  expect(spell(decodeNode(node("Squeeze", ["x"]), [1, 3, 1], [3]))).toEqual(['Squeeze {"axes":[0,2]}']);
  expect(spell(decodeNode(node("ReduceMean", ["x"]), [2, 3], [1, 1]))).toEqual([
    'ReduceMean {"axes":[0,1],"keepdims":1}',
  ]);
});

test("a Conv over one axis has defaults for one axis", () => {
  const narrow = { ...weight, dims: [2, 3, 3], rawData: new Uint8Array(72) };
  expect(spell(decodeNode(node("Conv", ["x", "w"]), [1, 3, 8], [1, 2, 6], { initializer: [narrow] }))[0]).toMatch(
    'Conv {"dilations":[1],"group":1,"pads":[0,0],"strides":[1]}',
  );
});

test.each([
  ["SAME_UPPER", [0, 1, 1, 1], [1, 2, 4, 4]],
  ["SAME_LOWER", [1, 1, 0, 1], [1, 2, 4, 4]],
  ["VALID", [0, 0, 0, 0], [1, 2, 3, 3]],
])("auto_pad %s becomes pads", (auto_pad, pads, shape) => {
  const conv = node("Conv", ["x", "w"], { auto_pad, strides: [2, 2] });
  const graph = decodeNode(conv, [1, 3, 8, 7], shape, { initializer: [weight] });
  expect(graph.nodes[0]!.attributes).toMatchObject({ pads });
});

test("before opset 13 Softmax joins the axes from its own on", () => {
  const flat = decodeNode(node("Softmax", ["x"]), [2, 3, 4], [2, 3, 4], { opset: 12 });
  expect(spell(flat)).toEqual(['Reshape {"shape":[2,12]}', 'Softmax {"axis":-1}', 'Reshape {"shape":[2,3,4]}']);
  const last = decodeNode(node("Softmax", ["x"], { axis: 2 }), [2, 3, 4], [2, 3, 4], { opset: 12 });
  expect(spell(last)).toEqual(['Softmax {"axis":2}']);
  expect(spell(decodeNode(node("Softmax", ["x"]), [2, 3, 4], [2, 3, 4]))).toEqual(['Softmax {"axis":-1}']);
});

test("Split without sizes makes equal parts, the last one smaller", () => {
  const split = (attributes: Record<string, number>, outputs: string[], size: number, opset: number): string[] =>
    spell(decodeNode(node("Split", ["x"], attributes, outputs), [1, size], [1, "part"], { opset }));
  expect(split({ axis: 1 }, ["y", "z"], 6, 11)).toEqual(['Split {"axis":1,"sizes":[3,3]}']);
  expect(split({ axis: 1, num_outputs: 3 }, ["y", "z", "a"], 7, 18)).toEqual(['Split {"axis":1,"sizes":[3,3,1]}']);
});

test("axes and sizes are attributes again, from inputs too", () => {
  const old = { opset: 11 };
  expect(spell(decodeNode(node("Unsqueeze", ["x"], { axes: [0, -1] }), [3], [1, 3, 1], old))).toEqual([
    'Unsqueeze {"axes":[0,-1]}',
  ]);
  expect(spell(decodeNode(node("ReduceSum", ["x"], { axes: [1], keepdims: 0 }), [2, 3], [2], old))).toEqual([
    'ReduceSum {"axes":[1],"keepdims":0}',
  ]);
  const split = node("Split", ["x"], { split: [1, 2] }, ["y", "z"]);
  expect(spell(decodeNode(split, [3], ["part"], old))).toEqual(['Split {"axis":0,"sizes":[1,2]}']);
});

test("Resize: ONNX's defaults, axes filled up", () => {
  const initializer = [int64s("sizes", [6, 10])];
  const graph = decodeNode(node("Resize", ["x", "", "", "sizes"], { axes: [2, 3] }), [1, 2, 3, 4], [1, 2, 6, 10], {
    opset: 18,
    initializer,
  });
  expect(graph.nodes[0]!.attributes).toMatchObject({
    mode: "nearest",
    coordinate_transformation_mode: "half_pixel",
    nearest_mode: "round_prefer_floor",
    sizes: [1, 2, 6, 10],
    scales: [],
  });
});

test("a reduction over no axes is one over all, or none where it says so", () => {
  const initializer = [int64s("axes", [])];
  const reduce = (attributes: Record<string, number>, shape: number[]): string[] =>
    spell(decodeNode(node("ReduceSum", ["x", "axes"], attributes), [2, 3], shape, { initializer }));
  expect(reduce({}, [1, 1])).toEqual(['ReduceSum {"axes":[0,1],"keepdims":1}']);
  expect(reduce({ noop_with_empty_axes: 1 }, [2, 3])).toEqual(["Identity {}"]);
});

test("Constant nodes and initializers of every form become constants", () => {
  const constants: messages.INodeProto[] = [
    { opType: "Constant", output: ["a"], attribute: [{ name: "value_float", type: 1, f: 0.5 }] },
    { opType: "Constant", output: ["b"], attribute: [{ name: "value_floats", type: 6, floats: [1, 2] }] },
    {
      opType: "Constant",
      output: ["c"],
      attribute: [{ name: "value", type: 4, t: { dims: [1], dataType: 1, floatData: [3] } }],
    },
  ];
  const initializer: messages.ITensorProto[] = [
    { name: "d", dims: [2], dataType: 10, int32Data: [0x3c00, 0xc000] },
    { name: "e", dims: [2], dataType: 3, int32Data: [-1, 127] },
    { name: "f", dims: [], dataType: 11, doubleData: [1e300] },
    { name: "g", dims: [1], dataType: 12, uint64Data: [4294967295] },
    { name: "h", dims: [2], dataType: 7, int64Data: [-(2 ** 40), 2 ** 52 + 2 ** 33 + 2 ** 31 + 7] },
  ];
  const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
  const types = [1, 1, 1, 10, 3, 11, 12, 7];
  const graph = decodeModel(
    modelBytes({
      node: constants,
      initializer,
      output: names.map((name, index) => ({
        ...valueInfo(name, []),
        type: { tensorType: { elemType: types[index]! } },
      })),
    }),
  );
  expect(graph.outputs.map(({ value }) => toNumbers(value.constant!.read()))).toEqual([
    [0.5],
    [1, 2],
    [3],
    [1, -2],
    [-1, 127],
    [1e300],
    [4294967295],
    [-(2 ** 40), 2 ** 52 + 2 ** 33 + 2 ** 31 + 7],
  ]);
});

test("initializers that are inputs too are constants, their bytes are views into the file", () => {
  const graph = {
    node: [node("Add", ["x", "w"])],
    input: [valueInfo("x", [2]), valueInfo("w", [2])],
    output: [valueInfo("y", [2])],
  };
  const raw = new Uint8Array(Float32Array.of(1, 2).buffer);
  for (let shift = 0; shift < 4; shift++) {
    const bytes = modelBytes({
      ...graph,
      name: "x".repeat(shift + 1),
      initializer: [{ name: "w", dims: [2], dataType: 1, rawData: raw }],
    });
    const decoded = decodeModel(Buffer.from(bytes));
    expect(decoded.inputs.map(({ hint }) => hint)).toEqual(["x"]);
    expect(toNumbers(decoded.nodes[0]!.inputs[1]!.constant!.read())).toEqual([1, 2]);
  }
});

const graphOf = (part: messages.IGraphProto): messages.IGraphProto => ({
  input: [valueInfo("x", [1, 3, 8, 8])],
  output: [valueInfo("y", [1, 2, 6, 6])],
  ...part,
});

test.each([
  [
    "onnx/op: the model has 2 ops that cannot be read\n  Dropout, 2 times\n  com.example.Conv, 1 time",
    {
      node: [
        node("Dropout", ["x"], {}, ["a"]),
        node("Dropout", ["a"]),
        { ...node("Conv", ["x"]), domain: "com.example" },
      ],
    },
  ],
  [
    "onnx/dynamic: axis 0 of the input x is dynamic (batch size)",
    { input: [valueInfo("x", ["batch size", 3])], node: [node("Relu", ["x"])] },
  ],
  [
    "onnx/graph: the value later is used before it is defined",
    { node: [node("Relu", ["later"]), node("Relu", ["x"], {}, ["later"])] },
  ],
  ["onnx/graph: the value y is defined twice", { node: [node("Relu", ["x"]), node("Relu", ["x"])] }],
  ["onnx/graph: the output y is declared f32[1,2,6,6], computed is f32[1,3,8,8]", { node: [node("Relu", ["x"])] }],
  [
    "onnx/attribute: Conv.kernel_shape is [5,5], the weight's is [3,3]",
    { node: [node("Conv", ["x", "w"], { kernel_shape: [5, 5] })], initializer: [weight] },
  ],
  ["onnx/attribute: Relu.alpha is not one that can be read", { node: [node("Relu", ["x"], { alpha: 1 })] }],
  [
    "onnx/attribute: Conv.group is of kind string, expected int",
    { node: [node("Conv", ["x", "w"], { group: "2" })], initializer: [weight] },
  ],
  [
    "onnx/attribute: BatchNormalization.training_mode is 1",
    { node: [node("BatchNormalization", ["x", "w", "w", "w", "w"], { training_mode: 1 })], initializer: [weight] },
  ],
  [
    "onnx/node: Reshape: input 1, %s, is computed",
    { input: [valueInfo("x", [4]), valueInfo("s", [1], 7)], node: [node("Reshape", ["x", "s"])] },
  ],
  [
    "onnx/node: MaxPool: 2 outputs, 1 can be read",
    { node: [node("MaxPool", ["x"], { kernel_shape: [3, 3] }, ["y", "indices"])] },
  ],
  [
    "onnx/external-data: the tensor w lies in another file",
    {
      node: [node("Conv", ["x", "w"])],
      initializer: [{ ...weight, externalData: [{ key: "location", value: "/etc/passwd" }] }],
    },
  ],
  [
    "onnx/tensor: the tensor w has 216 bytes, f32[2,3,3,9] needs 648",
    { node: [node("Conv", ["x", "w"])], initializer: [{ ...weight, dims: [2, 3, 3, 9] }] },
  ],
  [
    "onnx/tensor: the tensor w has more than 2^53 elements",
    { node: [], initializer: [{ ...weight, dims: [2 ** 40, 2 ** 40] }] },
  ],
  ["onnx/dtype: the tensor w is of string", { node: [], initializer: [{ ...weight, dataType: 8 }] }],
  ["onnx/graph: the graph has no outputs", { output: [] }],
  [
    "ir/type: Conv(f32[1,3,8,8], f32[2,3,3,3]): 3 channels do not fit the weight in 3 groups",
    { node: [node("Conv", ["x", "w"], { group: 3 })], initializer: [weight] },
  ],
])("%s", (message, part) => {
  expect(messageOf(() => decodeModel(modelBytes(graphOf(part))))).toContain(message);
});

test.each([
  [10, "the model is written in opset 10, opsets 11 to 26 can be read"],
  [27, "the model is written in opset 27, opsets 11 to 26 can be read"],
])("opset %i is refused by name", (opset, message) => {
  expect(messageOf(() => decodeModel(modelBytes(graphOf({ node: [] }), opset)))).toContain(message);
});

/** x[n,3,h,w] to rows of pixels, as exporters that trace write it: a size of their own for every axis. */
const tracedRows = (x: readonly (number | string)[], extra: Partial<messages.IGraphProto> = {}): Uint8Array => {
  const scalar = (name: string, value: number): messages.ITensorProto => ({ name, dataType: 7, int64Data: [value] });
  const axis = (at: number): messages.INodeProto[] => [
    node("Shape", ["x"], {}, [`shape${at}`]),
    node("Gather", [`shape${at}`, `at${at}`], { axis: 0 }, [`size${at}`]),
  ];
  return modelBytes({
    input: [valueInfo("x", x)],
    output: [valueInfo("y", ["rows", 3])],
    initializer: [scalar("at0", 0), scalar("at2", 2), scalar("at3", -1), int64s("zero", [0]), int64s("three", [3])],
    node: [
      ...axis(0),
      ...axis(2),
      ...axis(3),
      node("Mul", ["size2", "size3"], {}, ["area"]),
      node("Mul", ["area", "size0"], {}, ["count"]),
      node("Unsqueeze", ["count", "zero"], {}, ["count1"]),
      node("Concat", ["count1", "three"], { axis: 0 }, ["target"]),
      node("Transpose", ["x"], { perm: [0, 2, 3, 1] }, ["turned"]),
      node("Reshape", ["turned", "target"]),
    ],
    ...extra,
  });
};

test.each([
  [["n", 3, "h", "w"], "h*n*w,3"],
  [[2, 3, "32*h", 8], "512*h,3"],
  [[2, 3, 4, 5], "40,3"],
])("sizes that a file computes are read: from %s", (x, rows) => {
  const graph = decodeModel(tracedRows(x));
  verifyGraph(graph);
  expect(graph.nodes.map(({ op }) => op)).toEqual(["Transpose", "Reshape"]);
  expect(String(graph.outputs[0]!.value.type.shape)).toBe(rows);
});

test.each([
  [
    "a size among values",
    { node: [node("Shape", ["x"], {}, ["s"]), node("Expand", ["s", "s"], {}, ["y"])] },
    "onnx/node: Expand: it computes with %s, a size that depends on symbols",
  ],
  [
    "a size as an output",
    { node: [node("Shape", ["x"], {}, ["y"])] },
    "onnx/graph: the output y is a size, which cannot be read",
  ],
  [
    "a list that grows",
    {
      node: [
        node("Shape", ["x"], {}, ["s0"]),
        ...Array.from({ length: 40 }, (_, index) =>
          node("Concat", [`s${index}`, `s${index}`], { axis: 0 }, [`s${index + 1}`]),
        ),
        node("Reshape", ["x", "s40"]),
      ],
    },
    "onnx/node: Concat: it computes with %s",
  ],
  [
    "a size without end",
    {
      node: [
        node("Shape", ["x"], {}, ["s0"]),
        ...Array.from({ length: 40 }, (_, index) => node("Mul", [`s${index}`, `s${index}`], {}, [`s${index + 1}`])),
        node("Reshape", ["x", "s40"]),
      ],
    },
    "onnx/node: Mul: it computes with %s",
  ],
  [
    "a product without end",
    {
      input: [valueInfo("x", ["n"])],
      node: [
        node("Shape", ["x"], {}, ["s0"]),
        ...Array.from({ length: 40 }, (_, index) => node("Mul", [`s${index}`, `s${index}`], {}, [`s${index + 1}`])),
        node("Reshape", ["x", "s40"]),
      ],
    },
    "core/size: a size has a product of more than 32 symbols",
  ],
])("%s is refused", (_, graph, message) => {
  expect(messageOf(() => decodeModel(tracedRows(["n", 3, "h", 4], graph)))).toContain(message);
});
