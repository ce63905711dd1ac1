import { expect, test } from "@jest/globals";
import { parseGraph } from "@yolo-compile/ir";
import { expectMiss, expectRewrite, FOLD } from "@yolo-compile/testkit";
import { rulePass, runPasses } from "../pass.js";
import { foldScale } from "./fold-scale.js";

const attention = (factor: string, more = "", result = "%y"): string => `graph t(%x: f32[3,4,5,5], %k: f32[3,4,25]) {
  %w = f32[4,1,3,3] random 1
  %b = f32[4] random 2
  %s = ${factor}
  %q = Conv(%x, %w, %b) {group=4, pads=[1, 1, 1, 1]} @ attn.dws.0.c
  %r = Reshape(%q) {shape=[3, 4, 25]} @ attn
  %t = Transpose(%r) {perm=[0, 2, 1]} @ attn
  %m = MatMul(%t, %k) @ attn
  %y = Mul(%m, %s) @ attn
  ${more}
  return ${result}
}`;

test("the scale of attention goes into the query convolution, weight and bias", async () => {
  const after = await expectRewrite(foldScale, attention("f32[] splat 0.25"), { applied: 1, tolerance: FOLD });
  expect(after).not.toContain(" Mul(");
  expect(after).toContain("@ attn.dws.0.c [fold-scale]");
});

test("a factor goes through a MatMul on whichever side has a convolution", async () => {
  const text = attention("f32[1] splat -3")
    .replace("%t = Transpose(%r) {perm=[0, 2, 1]} @ attn", "")
    .replace("MatMul(%t, %k)", "MatMul(%k, %r)")
    .replace("%k: f32[3,4,25]", "%k: f32[3,2,4]");
  await expectRewrite(foldScale, text, { applied: 1, tolerance: FOLD });
});

test("a factor behind a convolution without a bias goes into its weight", async () => {
  const after = await expectRewrite(
    foldScale,
    `graph t(%x: f32[1,3,4,4]) {
      %w = f32[2,3,1,1] random 1
      %s = f32[1,1,1,1] splat 0.5
      %c = Conv(%x, %w)
      %y = Mul(%s, %c)
      return %y
    }`,
    { applied: 1, tolerance: FOLD },
  );
  expect(after).toMatch(/%y = Conv\(%x, %w\)/);
});

test("stays where the factor is not one number", () => {
  expectMiss(foldScale, attention("f32[25] random 5"), "no input is one constant number");
});

test("stays where the factor adds an axis", () => {
  expectMiss(foldScale, attention("f32[1,1,1,1] splat 2"), "no input is one constant number");
});

test("stays where others take the scores, or the query", () => {
  expectMiss(foldScale, attention("f32[] splat 2", "", "%y, %m"), "the MatMul output is an output of the graph");
  const twice = attention("f32[] splat 2", "%z = Relu(%t)", "%y, %z");
  expectMiss(foldScale, twice, "the Transpose output has other users");
});

test("stays where a sum is on the way, since its other term would need the factor", () => {
  const text = attention("f32[] splat 2")
    .replace("Transpose(%r)", "Transpose(%a)")
    .replace("%t =", "%a = Add(%r, %k) @ attn\n  %t =");
  expectMiss(foldScale, text, "the factor does not pass through Add");
});

test("stays where the weights are computed", () => {
  expectMiss(
    foldScale,
    `graph t(%x: f32[1,3,4,4], %w: f32[2,3,1,1]) {
      %s = f32[] splat 0.5
      %c = Conv(%x, %w)
      %y = Mul(%c, %s)
      return %y
    }`,
    "the Conv's weights are computed",
  );
});

test("stays where a bias is computed, and behind nodes that do more than move elements", () => {
  const conv = (lines: string) => `graph t(%x: f32[1,3,4,4], %b: f32[2]) {
    %w = f32[2,3,1,1] random 1
    %s = f32[] splat 0.5
    ${lines}
    return %y
  }`;
  expectMiss(foldScale, conv("%c = Conv(%x, %w, %b)\n%y = Mul(%c, %s)"), "the Conv's weights are computed");
  expectMiss(
    foldScale,
    conv("%c = Conv(%x, %w)\n%r = Relu(%c)\n%y = Mul(%r, %s)"),
    "the factor does not pass through Relu",
  );
  expectMiss(
    foldScale,
    conv("%c = Conv(%x, %w)\n%p, %q = Split(%c) {axis=1, sizes=[1, 1]}\n%y = Mul(%p, %s)"),
    "the factor does not pass through Split",
  );
});

test("stays where neither side of a product comes from a convolution", () => {
  const text = `graph t(%x: f32[2,3], %k: f32[3,2]) {
    %s = f32[] splat 2
    %m = MatMul(%x, %k)
    %y = Mul(%m, %s)
    return %y
  }`;
  expectMiss(foldScale, text, "the input has no producer");
});

test("what it replaces is the factor, the product and the chain to the convolution", () => {
  const { rewrites } = runPasses(parseGraph(attention("f32[] splat 2")), [rulePass("test", [foldScale])]);
  expect(rewrites[0]?.ops).toEqual(["Mul", "MatMul", "Conv", "Reshape", "Transpose"]);
});
