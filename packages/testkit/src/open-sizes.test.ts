import { expect, test } from "@jest/globals";
import {
  type Bindings,
  evaluateSize,
  formatType,
  type Tensor,
  tensorOf,
  toFloat64,
  type ValueType,
} from "@yolo-compile/core";
import { type Graph, parseGraph, verifyGraph } from "@yolo-compile/ir";
import { decodeModel, encodeBytes, readModelInfo } from "@yolo-compile/onnx";
import { optimize } from "@yolo-compile/passes";
import { compareTensors, FOLD } from "@yolo-compile/runtime";
import { runGraph, signedNoise } from "./run-graph.js";

/** The text with integers in place of symbols. */
const bound = (text: string, bindings: Bindings): string =>
  [...bindings].reduce(
    (now, [name, value]) => now.replaceAll(new RegExp(`(?<![%=\\w])${name}(?!\\w)`, "g"), String(value)),
    text,
  );

/** Inputs of a graph at these sizes. */
const inputsAt = (graph: Graph, bindings: Bindings): Tensor[] =>
  graph.inputs.map(({ type }: { type: ValueType }, index) =>
    signedNoise({ ...type, shape: type.shape.map((size) => evaluateSize(size, bindings)) }, index + 1),
  );

const numbers = (tensors: readonly Tensor[]) => tensors.map((tensor) => [tensor.shape, [...toFloat64(tensor)]]);

/** A small detector: stride 2, two levels that meet, boxes of three anchors, rows of both levels below each other. */
const DETECTOR = `graph t(%images: f32[n,3,32*h,32*w]) {
  %w0 = f32[8,3,6,6] random 1 in [-0.1, 0.1]
  %b0 = f32[8] random 2
  %w1 = f32[8,8,3,3] random 3 in [-0.2, 0.2]
  %w2 = f32[21,16,1,1] random 4
  %w3 = f32[21,8,1,1] random 5
  %two = f32[] splat 2
  %stem = Conv(%images, %w0, %b0) {strides=[2, 2], pads=[2, 2, 2, 2]}
  %half = Conv(%stem, %w1) {strides=[2, 2], pads=[1, 1, 1, 1]}
  %act = Sigmoid(%half)
  %silu = Mul(%half, %act)
  %pool = MaxPool(%silu) {kernel_shape=[5, 5], pads=[2, 2, 2, 2]}
  %up = Resize(%pool) {scales=[1, 1, 2, 2]}
  %joined = Concat(%up, %stem) {axis=1}
  %fine = Conv(%joined, %w2)
  %coarse = Conv(%silu, %w3)
  %fine5 = Reshape(%fine) {shape=[n, 3, 7, 16*h, 16*w]}
  %fine5t = Transpose(%fine5) {perm=[0, 1, 3, 4, 2]}
  %fxy, %fwh, %fs = Split(%fine5t) {axis=4, sizes=[2, 2, 3]}
  %fsize = Mul(%fwh, %two)
  %fbox = Concat(%fxy, %fsize, %fs) {axis=4}
  %frows = Reshape(%fbox) {shape=[n, 768*h*w, 7]}
  %coarse5 = Reshape(%coarse) {shape=[n, 3, 7, 8*h, 8*w]}
  %coarse5t = Transpose(%coarse5) {perm=[0, 1, 3, 4, 2]}
  %crows = Reshape(%coarse5t) {shape=[n, 192*h*w, 7]}
  %rows = Concat(%frows, %crows) {axis=1}
  %scores = Sigmoid(%rows)
  return %scores, map = %fine5t
}`;

const PLACES: readonly Bindings[] = [
  new Map([
    ["n", 1],
    ["h", 1],
    ["w", 2],
  ]),
  new Map([
    ["n", 2],
    ["h", 2],
    ["w", 1],
  ]),
  new Map([
    ["n", 1],
    ["h", 3],
    ["w", 3],
  ]),
];

async function expectSameAsStatic(text: string, opset: number): Promise<void> {
  const graph = parseGraph(text);
  verifyGraph(graph);
  for (const bindings of PLACES) {
    const fixed = parseGraph(bound(text, bindings));
    const inputs = inputsAt(graph, bindings);
    const [open, closed] = [await runGraph(graph, { opset, inputs }), await runGraph(fixed, { opset, inputs })];
    expect(numbers(open)).toEqual(numbers(closed));
  }
}

test.each([11, 13, 17, 21, 26])(
  "one detector runs at every size as the one of that size does, opset %i",
  async (opset) => {
    await expectSameAsStatic(DETECTOR, opset);
  },
);

test("its sizes are formulas", () => {
  const graph = parseGraph(DETECTOR);
  expect(graph.outputs.map(({ value }) => String(value.type.shape))).toEqual(["n,960*h*w,7", "n,3,16*h,16*w,7"]);
  const info = readModelInfo(encodeBytes(graph, { opset: 17 }));
  expect(info.inputs.map(({ shape }) => shape)).toEqual([["n", 3, "32*h", "32*w"]]);
  expect(info.outputs.map(({ shape }) => shape)).toEqual([
    ["n", "960*h*w", 7],
    ["n", 3, "16*h", "16*w", 7],
  ]);
});

test("the passes make of it what computes the same", async () => {
  const graph = parseGraph(DETECTOR);
  const { graph: after } = optimize(graph, "full");
  verifyGraph(after);
  for (const bindings of PLACES) {
    const inputs = inputsAt(graph, bindings);
    const [before, found] = [await runGraph(graph, { inputs }), await runGraph(after, { inputs })];
    before.forEach((tensor, index) => {
      const { maxRel, nonFinite } = compareTensors("output", tensor, found[index]!);
      expect(maxRel).toBeLessThanOrEqual(FOLD.relative);
      expect(nonFinite).toBe(0);
    });
  }
});

/** Nodes whose sizes have to be computed from those of %x and %z when the model runs. */
const COMPUTED: readonly (readonly [what: string, inputs: string, lines: string, outputs: string])[] = [
  ["Reshape", "%x: f32[n,4*h,w]", "%y = Reshape(%x) {shape=[h, 4*n, w]}", "%y"],
  ["Reshape to a sum", "%x: f32[n,2*h+w], %z: f32[h,w]", "%y = Reshape(%x) {shape=[2*h+w, n]}", "%y"],
  ["Expand", "%x: f32[n,1,h]", "%y = Expand(%x) {shape=[n, 2*h+1, h]}", "%y"],
  [
    "Expand of a constant",
    "%x: f32[n,4*h]",
    "%c = f32[] splat 2\n%e = Expand(%c) {shape=[n, h*h]}\n%y = Neg(%e)",
    "%y",
  ],
  ["Slice", "%x: f32[n,h+w], %z: f32[h,w]", "%y = Slice(%x) {starts=[h], ends=[h+w], axes=[1]}", "%y"],
  ["Slice up to", "%x: f32[n,3*h]", "%y = Slice(%x) {starts=[0], ends=[2*h], axes=[-1]}", "%y"],
  [
    "Slice from the end",
    "%x: f32[n,3*h]",
    "%y = Slice(%x) {starts=[-1], ends=[-9007199254740991], axes=[1], steps=[-1]}",
    "%y",
  ],
  ["Split", "%x: f32[2*h,w]", "%y, %u = Split(%x) {sizes=[h, h]}", "%y, %u"],
  ["Range", "%x: f32[n,4*h]", "%y = Range() {limit=[2*h]}", "%y"],
  ["Pad", "%x: f32[n,h], %z: f32[w]", "%y = Pad(%x) {pads=[0, w, 0, 1]}", "%y"],
  ["Resize", "%x: f32[1,1,h,w]", "%y = Resize(%x) {sizes=[1, 1, 3*h, 5]}", "%y"],
  ["from an offset", "%x: f32[4*h+2,n]", "%c = f32[] splat 1\n%y = Expand(%c) {shape=[h, 2*n]}", "%y"],
];

const oneGraph = ([inputs, lines, outputs]: readonly [inputs: string, lines: string, outputs: string]): string =>
  `graph t(${inputs}) {\n${lines}\nreturn ${outputs}\n}`;

test.each(COMPUTED)("%s computes its sizes when it runs", async (_, inputs, lines, outputs) => {
  const text = oneGraph([inputs, lines, outputs]);
  await expectSameAsStatic(text, 21);
  if (!lines.includes("Split")) await expectSameAsStatic(text, 11);
});

test.each([["the detector", DETECTOR], ...COMPUTED.map(([what, ...text]) => [what, oneGraph(text)] as const)])(
  "%s is read from its file with its symbols, and written again as it was",
  (_, text) => {
    const graph = parseGraph(text);
    const bytes = encodeBytes(graph, { opset: 17 });
    const read = decodeModel(bytes);
    verifyGraph(read);
    const types = ({ inputs, outputs }: Graph): string[] =>
      [...inputs, ...outputs.map(({ value }) => value)].map(({ type }) => formatType(type));
    expect(types(read)).toEqual(types(graph));
    expect(encodeBytes(read, { opset: 17 })).toEqual(bytes);
  },
);

test("sizes are computed once for all who take them", () => {
  const text = `graph t(%x: f32[n,4*h,w]) {
    %a = Reshape(%x) {shape=[h, 4*n, w]}
    %b = Relu(%x)
    %c = Reshape(%b) {shape=[h, 4*n, w]}
    return %a, %c
  }`;
  const { ops } = readModelInfo(encodeBytes(parseGraph(text), { opset: 17 }));
  expect(Object.fromEntries(ops)).toMatchInlineSnapshot(`
{
  "Concat": 1,
  "Gather": 1,
  "Mul": 1,
  "Relu": 1,
  "Reshape": 2,
  "Shape": 1,
}
`);
});

test.each([
  [
    "%x: f32[h*w]",
    "%y = Expand(%x) {shape=[h, h*w]}",
    17,
    "onnx/size: no input of the graph has a size that h can be computed from",
  ],
  [
    "%x: f32[2*h]",
    "%y, %z = Split(%x) {sizes=[h, h]}",
    12,
    "onnx/opset: Split.split depends on symbols, which needs opset 13 or later",
  ],
])("%s; %s at opset %i cannot be written", (inputs, line, opset, message) => {
  const graph = parseGraph(`graph t(${inputs}) {\n${line}\nreturn %y\n}`);
  expect(() => encodeBytes(graph, { opset })).toThrow(message);
});

test("what suppression keeps is a size that others compute with", async () => {
  const graph = parseGraph(
    `graph t(%boxes: f32[1,4*b,4], %scores: f32[1,2,4*b]) {
    %most = i64[] splat 3
    %overlap = f32[] splat 0.5
    %least = f32[1] {0.1}
    %kept = NonMaxSuppression(%boxes, %scores, %most, %overlap, %least) {count=k}
    %float = Cast(%kept) {to=f32}
    %column = Slice(%float) {starts=[2], ends=[3], axes=[1]}
    %row = Reshape(%column) {shape=[1, k]}
    %twice = Expand(%row) {shape=[2*k, k]}
    return %kept, %twice
  }`,
  );
  expect(String(graph.outputs[0]!.value.type.shape)).toBe("k,3");
  const boxes: Tensor = tensorOf("f32", [1, 4, 4], [0, 0, 10, 10, 0, 1, 10, 10, 20, 20, 30, 30, 0, 0, 1, 1]);
  const scores: Tensor = tensorOf("f32", [1, 2, 4], [0.9, 0.8, 0.7, 0.05, 0.01, 0.6, 0.02, 0.03]);
  const [kept, twice] = await runGraph(graph, { inputs: [boxes, scores] });
  expect([kept!.shape, [...toFloat64(kept!)]]).toEqual([
    [3, 3],
    [0, 0, 0, 0, 0, 2, 0, 1, 1],
  ]);
  expect([twice!.shape, [...toFloat64(twice!)].slice(0, 3)]).toEqual([
    [6, 3],
    [0, 2, 1],
  ]);
});
