import { expect, test } from "@jest/globals";
import { toFloat64 } from "@yolo-compile/core";
import { parseGraph, verifyGraph } from "@yolo-compile/ir";
import { EXACT, expectMiss, expectRewrite, F16, FOLD } from "@yolo-compile/testkit";
import { rulePass, runPasses } from "../pass.js";
import { foldBatchNorm } from "./fold-batch-norm.js";

const FOLDED = { applied: 1, tolerance: FOLD };

/** A graph of `lines`, which end in %y, and statistics for `channels`: %g, %b, %m, %v. */
const graph = (x: string, channels: number, lines: string, result = "%y"): string => `graph t(%x: ${x}) {
  %g = f32[${channels}] random 2 in [-2, 2]
  %b = f32[${channels}] random 3
  %m = f32[${channels}] random 4
  %v = f32[${channels}] random 5 in [0.1, 3]
  ${lines}
  return ${result}
}`;

const NORM = "%y = BatchNormalization(%c, %g, %b, %m, %v) {epsilon=0.001} @ model.0.bn";

test("folds into the Conv that feeds it", async () => {
  const text = graph(
    "f32[1,3,8,8]",
    4,
    `%w = f32[4,3,3,3] random 1\n%c = Conv(%x, %w) @ model.0.conv [earlier]\n${NORM}`,
  );
  expect(await expectRewrite(foldBatchNorm, text, FOLDED)).toMatchInlineSnapshot(`
"graph t(%x: f32[1,3,8,8]) {
  %w = f32[4,3,3,3] elided 707ff60d
  %w_1 = f32[4] {-1.1465377, 0.13171272, 0.90910304, 0.17679387}
  %y = Conv(%x, %w, %w_1) : f32[1,4,6,6] @ model.0.conv [earlier, fold-batch-norm]
  return %y
}"
`);
});

test("scale = γ / √(var + ε), w' = w · scale, b' = b · scale + β − mean · scale", async () => {
  const text = `graph t(%x: f32[1,1,1,1]) {
    %w = f32[1,1,1,1] {2}
    %bias = f32[1] {4}
    %c = Conv(%x, %w, %bias)
    %g = f32[1] {3}
    %b = f32[1] {1}
    %m = f32[1] {0.5}
    %v = f32[1] {3}
    %y = BatchNormalization(%c, %g, %b, %m, %v) {epsilon=1}
    return %y
  }`;
  expect(await expectRewrite(foldBatchNorm, text, { applied: 1, tolerance: EXACT })).toMatchInlineSnapshot(`
"graph t(%x: f32[1,1,1,1]) {
  %w = f32[1,1,1,1] {3}
  %w_1 = f32[1] {6.25}
  %y = Conv(%x, %w, %w_1) : f32[1,1,1,1] @ "" [fold-batch-norm]
  return %y
}"
`);
});

test.each([
  [
    "a Conv with a bias, stride and dilation",
    "f32[2,3,9,9]",
    4,
    "f32[4,3,3,3]",
    "f32[4]",
    "Conv(%x, %w, %k) {strides=[2, 1], dilations=[1, 2]}",
  ],
  ["a grouped Conv", "f32[1,4,5,5]", 6, "f32[6,2,3,3]", "f32[6]", "Conv(%x, %w, %k) {group=2}"],
  ["a depthwise Conv", "f32[1,4,5,5]", 4, "f32[4,1,3,3]", "f32[4]", "Conv(%x, %w) {group=4, pads=[1, 1, 1, 1]}"],
  [
    "a Conv with one spatial axis",
    "f32[1,4,7]",
    3,
    "f32[3,4,3]",
    "f32[3]",
    "Conv(%x, %w, %k) {strides=[1], pads=[0, 0], dilations=[1]}",
  ],
  ["a ConvTranspose", "f32[1,4,3,3]", 3, "f32[4,3,2,2]", "f32[3]", "ConvTranspose(%x, %w, %k) {strides=[2, 2]}"],
  ["a grouped ConvTranspose", "f32[1,4,3,3]", 6, "f32[4,3,2,2]", "f32[6]", "ConvTranspose(%x, %w) {group=2}"],
  [
    "a depthwise ConvTranspose",
    "f32[1,4,3,3]",
    4,
    "f32[4,1,4,4]",
    "f32[4]",
    "ConvTranspose(%x, %w) {group=4, strides=[2, 2]}",
  ],
  ["a Gemm", "f32[3,5]", 4, "f32[5,4]", "f32[4]", "Gemm(%x, %w, %k)"],
  ["a Gemm without a bias", "f32[3,5]", 4, "f32[5,4]", "f32[4]", "Gemm(%x, %w)"],
  ["a Gemm with transA and transB", "f32[5,3]", 4, "f32[4,5]", "f32[4]", "Gemm(%x, %w, %k) {transA=1, transB=1}"],
  ["a MatMul, which becomes a Gemm", "f32[3,5]", 4, "f32[5,4]", "f32[4]", "MatMul(%x, %w)"],
])("folds into %s", async (_, x, channels, weight, bias, feeder) => {
  const lines = `%w = ${weight} random 1\n  %k = ${bias} random 6\n  %c = ${feeder}\n  ${NORM}`;
  const text = await expectRewrite(foldBatchNorm, graph(x, channels, lines), FOLDED);
  expect(text).not.toContain("BatchNormalization");
  expect(text).toContain(feeder.startsWith("MatMul") ? "Gemm(" : feeder.slice(0, feeder.indexOf("(") + 1));
});

test("folds two in a row", async () => {
  const lines = `%w = f32[4,3,1,1] random 1
  %d = Conv(%x, %w)
  %c = BatchNormalization(%d, %b, %m, %g, %v)
  ${NORM}`;
  const text = await expectRewrite(foldBatchNorm, graph("f32[1,3,4,4]", 4, lines), { applied: 2, tolerance: FOLD });
  expect(text).not.toContain("BatchNormalization");
});

test("folds into a Conv whose weight another Conv has too, which keeps it", async () => {
  const lines = `%w = f32[4,3,1,1] random 1
  %o = Conv(%x, %w)
  %c = Conv(%x, %w)
  ${NORM}`;
  const text = await expectRewrite(foldBatchNorm, graph("f32[1,3,4,4]", 4, lines, "%y, %o"), FOLDED);
  expect(text).not.toContain("BatchNormalization");
});

test("float16 weights are folded in float64 and rounded once", async () => {
  const text = `graph t(%x: f16[1,3,4,4]) {
    %w = f16[4,3,1,1] random 1
    %g = f16[4] random 2
    %b = f16[4] random 3
    %m = f16[4] random 4
    %v = f16[4] random 5 in [0.5, 2]
    %c = Conv(%x, %w)
    %y = BatchNormalization(%c, %g, %b, %m, %v) {epsilon=0.001}
    return %y
  }`;
  expect(await expectRewrite(foldBatchNorm, text, { applied: 1, tolerance: F16 })).toContain(": f16[1,4,4,4]");
});

test.each([
  // float64 by hand: 0.1 · 0.7 / √(0.3 + 0.001) of the numbers nearest to them in the type.
  ["f64", 0.1 * (0.7 / Math.sqrt(0.3 + Math.fround(0.001)))],
  ["f32", Math.fround(Math.fround(0.1) * (Math.fround(0.7) / Math.sqrt(Math.fround(0.3) + Math.fround(0.001))))],
  ["f16", 0.1275634765625],
])("a weight of %s is rounded once", (dtype, expected) => {
  const before = parseGraph(`graph t(%x: ${dtype}[1,1,1,1]) {
    %w = ${dtype}[1,1,1,1] {0.1}
    %g = ${dtype}[1] {0.7}
    %z = ${dtype}[1] {0}
    %v = ${dtype}[1] {0.3}
    %c = Conv(%x, %w)
    %y = BatchNormalization(%c, %g, %z, %z, %v) {epsilon=0.001}
    return %y
  }`);
  const { graph: after } = runPasses(before, [rulePass("t", [foldBatchNorm])]);
  verifyGraph(after);
  const [weight] = toFloat64(after.nodes[0]!.inputs[1]!.constant!.read());
  expect(weight).toBe(expected);
});

const CONV = "%w = f32[4,4,1,1] random 1\n%c = Conv(%x, %w)";

test.each([
  ["the input has no producer", "%y = BatchNormalization(%x, %g, %b, %m, %v)", "%y"],
  ["the Conv output is an output of the graph", `${CONV}\n${NORM}`, "%y, %c"],
  ["the Conv output has other users", `${CONV}\n${NORM}\n%z = Relu(%c)`, "%y, %z"],
  ["the input comes from Relu, which has no weights to fold into", `%c = Relu(%x)\n${NORM}`, "%y"],
  ["the input comes from Concat, which has no weights to fold into", `%c = Concat(%x) {axis=0}\n${NORM}`, "%y"],
  ["the Conv's weights are computed", `%k = f32[4,4,1,1] random 1\n%w = Relu(%k)\n%c = Conv(%x, %w)\n${NORM}`, "%y"],
  [
    "the Conv's weights are computed",
    `%k = f32[4,4,1,1] random 1\n%d = Relu(%b)\n%c = Conv(%x, %k, %d)\n${NORM}`,
    "%y",
  ],
  ["the statistics are computed", `${CONV}\n%d = Relu(%m)\n%y = BatchNormalization(%c, %g, %b, %d, %v)`, "%y"],
])("stays where %s", (reason, lines, result) => {
  expectMiss(foldBatchNorm, graph("f32[1,4,4,4]", 4, lines, result), reason);
});

test.each([
  ["the Gemm has an alpha or a beta", "%k = f32[5,4] random 1\n%c = Gemm(%x, %k, %b) {alpha=2}"],
  ["the Gemm has an alpha or a beta", "%k = f32[5,4] random 1\n%c = Gemm(%x, %k, %b) {beta=2}"],
  [
    "the Gemm's bias is no vector of its columns",
    "%k = f32[5,4] random 1\n%d = f32[3,1] random 6\n%c = Gemm(%x, %k, %d)",
  ],
  ["the Gemm's bias is no vector of its columns", "%k = f32[5,4] random 1\n%d = f32[1] {2}\n%c = Gemm(%x, %k, %d)"],
  ["the Gemm's bias is no vector of its columns", "%k = f32[5,4] random 1\n%d = f32[] {2}\n%c = Gemm(%x, %k, %d)"],
  ["the MatMul's weights are computed", "%k = f32[5,4] random 1\n%d = Relu(%k)\n%c = MatMul(%x, %d)"],
])("stays where %s", (reason, lines) => {
  expectMiss(foldBatchNorm, graph("f32[3,5]", 4, `${lines}\n${NORM}`), reason);
});

test("stays behind a MatMul of three axes, whose channels are not the normalised ones", () => {
  const lines = `%k = f32[5,4] random 1\n%c = MatMul(%x, %k)\n${NORM}`;
  expectMiss(foldBatchNorm, graph("f32[2,3,5]", 3, lines), "the MatMul's channels are not its last axis");
});
