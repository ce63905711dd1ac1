import { expect, test } from "@jest/globals";
import type { OutputLayout } from "@yolo-compile/core";
import { parseGraph } from "@yolo-compile/ir";
import { makeMutants } from "./make-mutants.js";
import { MUTATION_OPERATORS } from "./operators/index.js";
import { type MutationText, mutate } from "./testing/mutate.js";

const POINTWISE = `graph t(%x: f32[1,2,4,4]) {
  %w = f32[2,2,1,1] {1, 2, 3, 4}
  %b = f32[2] {5, 6}
  %y = Conv(%x, %w, %b)
  return %y
}`;

const KERNEL = `graph t(%x: f32[1,1,5,5]) {
  %w = f32[1,1,3,3] {1, 2, 3, 4, 5, 6, 7, 8, 9}
  %y = Conv(%x, %w) {pads=[1, 1, 1, 1]}
  return %y
}`;

const TWO_CONVS = `graph t(%x: f32[1,1,2,2]) {
  %w = f32[1,1,1,1] {1}
  %v = f32[1,1,1,1] {2}
  %y = Conv(%x, %w)
  %z = Conv(%y, %v)
  return %z
}`;

const SILU = `graph t(%x: f32[2,3]) {
  %s = Sigmoid(%x)
  %y = Mul(%x, %s)
  return %y
}`;

const CLIP = `graph t(%x: f32[2,3]) {
  %low = f32[] {0}
  %high = f32[] {6}
  %y = Clip(%x, %low, %high)
  return %y
}`;

const ANCHORS = `graph t(%x: f32[3,2]) {
  %two = f32[] {2}
  %c = f32[2] {1, 2}
  %p = Pow(%x, %two)
  %y = Mul(%p, %c)
  return %y
}`;

const GEMM = `graph t(%x: f32[1,1]) {
  %w = f32[1,2] {1, 2}
  %b = f32[2] {5, 6}
  %y = Gemm(%x, %w, %b)
  return %y
}`;

/** Two anchors with x, y, width, height, objectness and two classes each. */
const HEAD = `graph t(%x: f32[1,1,1,1]) {
  %w = f32[14,1,1,1] splat 1
  %b = f32[14] splat 1
  %c = Conv(%x, %w, %b)
  %y = Reshape(%c) {shape=[1, 2, 7, 1, 1]}
  return %y
}`;

const HEAD_LAYOUT: OutputLayout = {
  output: "y",
  axis: 2,
  parts: [
    { name: "center", kind: "pixels", count: 2 },
    { name: "size", kind: "pixels", count: 2 },
    { name: "objectness", kind: "probability", count: 1 },
    { name: "classes", kind: "probability", count: 2 },
  ],
};

const one = (op: string, attributes = "", shape = "1,2,6,6"): string => `graph t(%x: f32[${shape}]) {
  %y = ${op}(%x) ${attributes}
  return %y
}`;

const two = (op: string, attributes = ""): string => `graph t(%a: f32[1,2,3,3], %b: f32[1,2,3,3]) {
  %y = ${op}(%a, %b) ${attributes}
  return %y
}`;

const table = (op: string, shape: string, numbers: string, x = shape): string => `graph t(%x: f32[${x}]) {
  %c = f32[${shape}] {${numbers}}
  %y = ${op}(%x, %c)
  return %y
}`;

const SPLIT = `graph t(%x: f32[1,6]) {
  %y, %z = Split(%x) {axis=1, sizes=[2, 4]}
  return %y, %z
}`;

const NORM = `graph t(%x: f32[1,1,2,2]) {
  %w = f32[1,1,1,1] {2}
  %scale = f32[1] {3}
  %bias = f32[1] {4}
  %mean = f32[1] {5}
  %var = f32[1] {0.25}
  %c = Conv(%x, %w)
  %y = BatchNormalization(%c, %scale, %bias, %mean, %var) {epsilon=0.75}
  return %y
}`;

const PAD = `graph t(%x: f32[1,1,2,2]) {
  %y = Pad(%x) {pads=[0, 0, 0, 1, 0, 0, 0, 0]}
  return %y
}`;

const RESIZE = `graph t(%x: f32[1,1,4,4]) {
  %y = Resize(%x) {scales=[1, 1, 2, 2], coordinate_transformation_mode="asymmetric", nearest_mode="floor"}
  return %y
}`;

const RESHAPE = `graph t(%x: f32[1,6,2]) {
  %y = Reshape(%x) {shape=[1, 2, 3, 2]}
  return %y
}`;

const MEAN = `graph t(%x: f32[1,2,3,3]) {
  %y = ReduceMean(%x) {axes=[2, 3]}
  return %y
}`;

const SLICE = `graph t(%x: f32[8]) {
  %y = Slice(%x) {starts=[2], ends=[5], axes=[0]}
  return %y
}`;

const folded = (weight: string, bias: string): string[] => [
  `%w = f32[1,1,1,1] {${weight}}`,
  `%w_1 = f32[1] {${bias}}`,
  "%y = Conv(%x, %w, %w_1) : f32[1,1,2,2]",
];

/** Operator, graph, and the lines of its first mutant that the graph has not. */
const CASES: readonly (readonly [operator: string, graph: string, ...lines: string[]])[] = [
  ["drop-bias", POINTWISE, "%y = Conv(%x, %w) : f32[1,2,4,4]"],
  ["drop-bias-channel", POINTWISE, "%b = f32[2] {5, 0}"],
  ["shift-bias", POINTWISE, "%b = f32[2] {6, 5}"],
  ["negate-filter", POINTWISE, "%w = f32[2,2,1,1] {-1, -2, 3, 4}"],
  ["swap-filters", POINTWISE, "%w = f32[2,2,1,1] {3, 4, 1, 2}"],
  ["swap-channels", POINTWISE, "%w = f32[2,2,1,1] {2, 1, 4, 3}"],
  ["perturb-weight", POINTWISE, "%w = f32[2,2,1,1] {1, 2, 3.4, 4}"],
  ["scale-filter", POINTWISE, "%w = f32[2,2,1,1] {1.01, 2.02, 3, 4}"],
  ["spoil-weight", POINTWISE, "%w = f32[2,2,1,1] {1, 2, nan, 4}"],
  ["swap-weights", TWO_CONVS, "%y = Conv(%x, %v) : f32[1,1,2,2]", "%z = Conv(%y, %w) : f32[1,1,2,2]"],
  ["transpose-kernel", KERNEL, "%w = f32[1,1,3,3] {1, 4, 7, 2, 5, 8, 3, 6, 9}"],
  ["rotate-kernel", KERNEL, "%w = f32[1,1,3,3] {9, 8, 7, 6, 5, 4, 3, 2, 1}"],
  ["turn-silu-into-relu", SILU, "%y = Relu(%x) : f32[2,3]"],
  ["turn-silu-into-sigmoid", SILU, "%y = Identity(%s) : f32[2,3]"],
  ["drop-silu", SILU, "%y = Identity(%x) : f32[2,3]"],
  ["drop-relu", one("Relu"), "%y = Identity(%x) : f32[1,2,6,6]"],
  ["leak-relu", one("Relu"), "%y = LeakyRelu(%x) {alpha=0.1} : f32[1,2,6,6]"],
  ["lose-clip", CLIP, "%y = Relu(%x) : f32[2,3]"],
  ["lose-clip", CLIP.replace("{0}", "{-1}"), "%y = Identity(%x) : f32[2,3]"],
  ["scale-anchors", ANCHORS, "%c = f32[2] {1.01, 2.02}"],
  ["shift-answer", GEMM, "%b = f32[2] {5, 5.9}"],
  ["drop-sigmoid", one("Sigmoid"), "%y = Identity(%x) : f32[1,2,6,6]"],
  ["turn-softmax", one("Softmax"), "%y = Softmax(%x) {axis=2} : f32[1,2,6,6]"],
  ["swap-concat", two("Concat", "{axis=1}"), "%y = Concat(%b, %a) {axis=1} : f32[1,4,3,3]"],
  ["drop-summand", two("Add"), "%y = Identity(%b) : f32[1,2,3,3]"],
  ["drop-factor", two("Mul"), "%y = Identity(%b) : f32[1,2,3,3]"],
  ["swap-parts", SPLIT.replace("[2, 4]", "[3, 3]"), "%z, %y = Split(%x) {axis=1, sizes=[3, 3]} : f32[1,3], f32[1,3]"],
  ["swap-axes", one("Transpose", "{perm=[0, 1, 2, 3]}"), "%y = Transpose(%x) {perm=[0, 1, 3, 2]} : f32[1,2,6,6]"],
  ["shift-slice", SLICE, "%y = Slice(%x) {starts=[1], ends=[4], axes=[0]} : f32[3]"],
  ["shift-window", KERNEL, "%y = Conv(%x, %w) {pads=[1, 0, 1, 2]} : f32[1,1,5,5]"],
  [
    "shift-pool",
    one("MaxPool", "{kernel_shape=[3, 3], pads=[1, 1, 1, 1]}"),
    "%y = MaxPool(%x) {kernel_shape=[3, 3], pads=[2, 1, 0, 1]} : f32[1,2,6,6]",
  ],
  ["dilate-kernel", KERNEL, "%y = Conv(%x, %w) {dilations=[2, 2], pads=[2, 2, 2, 2]} : f32[1,1,5,5]"],
  [
    "shrink-pool",
    one("MaxPool", "{kernel_shape=[5, 5], pads=[2, 2, 2, 2]}"),
    "%y = MaxPool(%x) {kernel_shape=[3, 3], pads=[1, 1, 1, 1]} : f32[1,2,6,6]",
  ],
  [
    "average-pool",
    one("MaxPool", "{kernel_shape=[3, 3], pads=[1, 1, 1, 1]}"),
    "%y = AveragePool(%x) {kernel_shape=[3, 3], pads=[1, 1, 1, 1]} : f32[1,2,6,6]",
  ],
  ["maximum-of-mean", MEAN, "%y = ReduceMax(%x) {axes=[2, 3]} : f32[1,2,1,1]"],
  ["fill-pad", PAD, '%y = Pad(%x) {pads=[0, 0, 0, 1, 0, 0, 0, 0], mode="edge"} : f32[1,1,2,3]'],
  ["overscale-resize", RESIZE, "%y = Resize(%x) {scales=[1, 1, 2.225, 2.225]} : f32[1,1,8,8]"],
  ["lose-scale", table("Mul", "2", "3, 4"), "%c = f32[2] splat 1"],
  ["lose-offset", table("Add", "2", "3, 4"), "%c = f32[2] splat 0"],
  ["swap-rows", table("Mul", "1,2", "3, 4"), "%c = f32[1,2] {4, 3}"],
  ["shift-rows", table("Add", "1,3", "3, 4, 5"), "%c = f32[1,3] {5, 3, 4}"],
  ["transpose-table", table("Add", "2,2", "1, 2, 3, 4"), "%c = f32[2,2] {1, 3, 2, 4}"],
  // 2 * 3 / sqrt(0.25 + 1e-5) and 4 - 5 * 3 / sqrt(0.25 + 1e-5)
  ["mistake-every-epsilon", NORM, ...folded("11.99976", "-25.9994")],
  ["mistake-epsilon", NORM, ...folded("11.99976", "-25.9994")],
  // The variance is 1: 2 * 3 / sqrt(1.75) and 4 - 5 * 3 / sqrt(1.75)
  ["forget-statistic", NORM, ...folded("4.5355735", "-7.3389344")],
  ["lose-folded-scale", table("Mul", "", "3", "2"), "%c = f32[] splat 1"],
];

test.each(CASES)("%s", (operator, graph, ...lines) => {
  const [first] = mutate(graph, operator);
  expect(first?.lines).toEqual(lines);
});

test("shift-part takes a part from where its neighbour is", () => {
  const lines = mutate(SPLIT, "shift-part").flatMap(({ lines }) => lines.filter((line) => !line.startsWith("%const")));
  expect(lines).toMatchInlineSnapshot(`
[
  "%Split, %z = Split(%x) {axis=1, sizes=[2, 4]} : f32[1,2], f32[1,4]",
  "%y = Slice(%x) {starts=[1], ends=[3], axes=[1]} : f32[1,2]",
]
`);
});

test("interleave-axis reads rows as columns", () => {
  expect(mutate(RESHAPE, "interleave-axis")).toMatchInlineSnapshot(`
[
  {
    "change": "axis 1 is split the other way round",
    "lines": [
      "%Reshape = Reshape(%x) {shape=[1, 3, 2, 2]} : f32[1,3,2,2]",
      "%y = Transpose(%Reshape) {perm=[0, 2, 1, 3]} : f32[1,2,3,2]",
    ],
  },
]
`);
});

test("turn-map exchanges rows and columns of the map whose pairs of places a table is about", () => {
  // Places 0, 1, 2, 3 of a map of 2x2 are read as 0, 2, 1, 3.
  const numbers = Array.from({ length: 16 }, (_, index) => index).join(", ");
  const [first] = mutate(table("Add", "4,4", numbers), "turn-map");
  expect(first?.lines).toEqual(["%c = f32[4,4] {0, 2, 1, 3, 8, 10, 9, 11, 4, 6, 5, 7, 12, 14, 13, 15}"]);
});

test("swap-tables exchanges constants of two nodes", () => {
  const graph = `graph t(%x: f32[2]) {
    %a = f32[2] {1, 2}
    %b = f32[2] {3, 4}
    %y = Mul(%x, %a)
    %z = Mul(%y, %b)
    return %z
  }`;
  expect(mutate(graph, "swap-tables")[0]?.lines).toEqual(["%y = Mul(%x, %b) : f32[2]", "%z = Mul(%y, %a) : f32[2]"]);
});

test("misread-resize changes one mode at a time", () => {
  const changes = Array.from({ length: 40 }, (_, seed) => mutate(RESIZE, "misread-resize", seed)[0]!);
  expect(new Set(changes.map(({ change }) => change)).size).toBe(5);
});

test("flip-pad and fill-pad-ones", () => {
  expect(mutate(PAD, "flip-pad").flatMap(({ lines }) => lines)).toEqual([
    "%y = Pad(%x) {pads=[0, 0, 0, 0, 0, 0, 0, 1]} : f32[1,1,2,3]",
  ]);
  expect(mutate(PAD, "fill-pad-ones").flatMap(({ lines }) => lines)).toEqual([
    "%const = f32[] splat 1",
    "%y = Pad(%x, %const) {pads=[0, 0, 0, 1, 0, 0, 0, 0]} : f32[1,1,2,3]",
  ]);
});

test.each([
  ["kill-objectness", "objectness is dead: its logits are -30", "1, 1, 1, 1, -30, 1, 1, 1, 1, 1, 1, -30, 1, 1"],
  ["kill-class", "class 1 is dead: its logits are -30", "1, 1, 1, 1, 1, 1, -30, 1, 1, 1, 1, 1, 1, -30"],
])("%s works on the channels of every anchor", (operator, text, bias) => {
  const [mutation] = [1, 2, 3, 4]
    .flatMap((seed) => mutate(HEAD, operator, seed, [HEAD_LAYOUT]))
    .filter(({ change }) => change === text);
  expect(mutation?.lines).toEqual([`%b = f32[14] {${bias}}`]);
  expect(mutate(HEAD, operator)).toEqual([]);
});

test("shift-logit takes a score, and none that is saturated", () => {
  const seen = new Set<string>();
  for (let seed = 1; seed < 30; seed++)
    for (const { change } of mutate(HEAD, "shift-logit", seed, [HEAD_LAYOUT])) seen.add(change);
  expect([...seen].sort()).toEqual(
    [11, 12, 13, 4, 5, 6].map(
      (channel) => `the logit of channel ${channel} (${channel % 7 === 4 ? "objectness" : "classes"}) is 0.1 too low`,
    ),
  );
  const graph = parseGraph(HEAD);
  const operators = MUTATION_OPERATORS.filter(({ name }) => name === "shift-logit");
  const isSaturated = (output: string, column: number): boolean => output === "y" && column !== 5;
  for (let seed = 1; seed < 10; seed++) {
    const source = { plain: graph, optimized: graph, replaced: new Map() };
    const made = [...makeMutants(source, { seed, sites: 1, operators, layouts: [HEAD_LAYOUT], isSaturated })];
    expect(made[0]?.change).toMatch(/channel (5|12) \(classes\)/);
  }
});

/** Scores of two queries by three keys of one head, with a bias on the keys. */
const ATTENTION = `graph t(%k: f32[3,2], %q: f32[2,2]) {
  %b = f32[2] {5, 6}
  %s = Add(%k, %b)
  %t = Transpose(%s) {perm=[1, 0]}
  %m = MatMul(%q, %t)
  %y = Softmax(%m)
  return %y
}`;

test.each(["lose-offset", "swap-rows", "shift-rows"])(
  "%s changes nothing in what all keys have in common",
  (operator) => {
    const proofs = (graph: string) => mutate(graph, operator).map(({ proof }) => proof);
    expect(proofs(ATTENTION)).toEqual(["softmax does not see what all keys have in common"]);
    // The queries' bias, one for each key, softmax over the queries, and keys that something else looks at.
    expect(proofs(ATTENTION.replace("MatMul(%q, %t)", "MatMul(%t, %q)").replace("f32[2,2]", "f32[3,2]"))).toEqual([
      undefined,
    ]);
    expect(proofs(ATTENTION.replace(" {perm=[1, 0]}", " {perm=[0, 1]}").replace("f32[2,2]", "f32[2,3]"))).toEqual([
      undefined,
    ]);
    expect(proofs(ATTENTION.replace("Softmax(%m)", "Softmax(%m) {axis=0}"))).toEqual([undefined]);
    expect(proofs(ATTENTION.replace("return %y", "%z = Relu(%s)\n  return %y, %z"))).toEqual([undefined]);
  },
);

test("cut-padding leaves a pad that a stride steps over", () => {
  const graph = KERNEL.replace("f32[1,1,5,5]", "f32[1,1,6,6]").replace("pads=", "strides=[2, 2], pads=");
  expect(mutate(graph, "cut-padding").map(({ change, proof }) => [change, proof])).toEqual([
    ["padding 2 is 0 instead of 1", "no window reaches that padding"],
  ]);
});

test("every operator has a test here", () => {
  const source = new Set(CASES.map(([operator]) => operator));
  const own = [
    "shift-part",
    "interleave-axis",
    "turn-map",
    "swap-tables",
    "misread-resize",
    "flip-pad",
    "fill-pad-ones",
    "cut-padding",
    "kill-objectness",
    "kill-class",
    "shift-logit",
  ];
  expect(MUTATION_OPERATORS.map(({ name }) => name).filter((name) => !source.has(name) && !own.includes(name))).toEqual(
    [],
  );
  expect(new Set(MUTATION_OPERATORS.map(({ name }) => name)).size).toBe(MUTATION_OPERATORS.length);
});

test.each<[operator: string, graph: string]>([
  ["drop-bias", one("Relu")],
  ["turn-silu-into-relu", two("Mul")],
  ["drop-sigmoid", SILU],
  ["swap-weights", POINTWISE],
  ["transpose-kernel", POINTWISE],
  ["swap-parts", SPLIT],
  ["drop-summand", table("Add", "2", "3, 4")],
  ["lose-scale", two("Mul")],
  ["swap-axes", one("Transpose", "{perm=[0, 1]}", "2,3")],
  ["dilate-kernel", KERNEL.replace("f32[1,1,3,3] {1, 2, 3, 4, 5, 6, 7, 8, 9}", "f32[1,1,2,2] {1, 2, 3, 4}")],
  ["cut-padding", KERNEL],
  ["turn-map", table("Add", "3,3", "1, 2, 3, 4, 5, 6, 7, 8, 9")],
])("%s finds nothing to do where there is nothing", (operator, graph) => {
  expect(mutate(graph, operator)).toEqual([]);
});

const proofs = (mutations: readonly MutationText[]): (string | undefined)[] => mutations.map(({ proof }) => proof);

test.each<[operator: string, graph: string, proof: string]>([
  ["drop-bias", POINTWISE.replace("{5, 6}", "splat 0"), "the bias is 0"],
  ["drop-bias-channel", POINTWISE.replace("{5, 6}", "{5, 0}"), "what changed is equal"],
  ["shift-bias", POINTWISE.replace("{5, 6}", "splat 5"), "what changed is equal"],
  ["negate-filter", POINTWISE.replace("{1, 2, 3, 4}", "splat 0"), "what changed is equal"],
  [
    "transpose-kernel",
    KERNEL.replace("{1, 2, 3, 4, 5, 6, 7, 8, 9}", "{1, 2, 3, 2, 4, 5, 3, 5, 6}"),
    "what changed is equal",
  ],
  ["swap-concat", two("Concat", "{axis=1}").replace("(%a, %b)", "(%a, %a)"), "what changed is equal"],
  ["transpose-table", table("Add", "2,2", "1, 2, 2, 1"), "what changed is equal"],
  ["lose-scale", table("Mul", "2", "1, 1"), "what changed is equal"],
  ["swap-axes", one("Transpose", "{perm=[0, 1, 2, 3]}", "1,1,2,3"), "both axes have one element"],
  ["interleave-axis", RESHAPE.replace("[1, 2, 3, 2]", "[1, 1, 6, 2]"), "one of the parts has one element"],
])("%s that changes nothing is proven to", (operator, graph, proof) => {
  expect(new Set(proofs(mutate(graph, operator)))).toEqual(new Set([proof]));
});

const POOLS = `graph t(%x: f32[1,1,3,3]) {
  %a = MaxPool(%x) {kernel_shape=[3, 3], pads=[1, 1, 1, 1]}
  %b = MaxPool(%a) {kernel_shape=[3, 3], pads=[1, 1, 1, 1]}
  %c = MaxPool(%b) {kernel_shape=[3, 3], pads=[1, 1, 1, 1]}
  return %c
}`;

test("pools of a map that earlier pools made uniform change nothing, those before and of larger maps do", () => {
  const uniform = "each channel under the pool is one number all over";
  for (const operator of ["shift-pool", "shrink-pool", "average-pool"]) {
    expect(proofs(mutate(POOLS, operator)).filter((proof) => proof === uniform)).toHaveLength(1);
    expect(proofs(mutate(POOLS.replace("1,1,3,3]", "1,1,3,4]"), operator)).filter(Boolean)).toEqual([]);
  }
});

test("a resize that takes the same pixels by another rule changes nothing", () => {
  const found = Array.from({ length: 40 }, (_, seed) => mutate(RESIZE, "misread-resize", seed)[0]!);
  const proven = new Set(found.filter(({ proof }) => proof).map(({ change }) => change));
  // Places 0, 0.5, 1, … rounded down, or to the lower of two that are as near; half_pixel has -0.25, 0.25, 0.75, …
  expect(proven).toEqual(new Set(["nearest_mode is round_prefer_floor"]));
});
