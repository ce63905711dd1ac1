import { expect, test } from "@jest/globals";
import { parseGraph } from "@yolo-compile/ir";
import { expectMiss, expectRewrite, FOLD } from "@yolo-compile/testkit";
import { rulePass, runPasses } from "../pass.js";
import type { Rule } from "../rule.js";
import { foldConstants } from "./fold-constants.js";
import { mergeScales, moveScaleBehindPower } from "./merge-scales.js";

const graph = (lines: string, result = "%y"): string => `graph t(%x: f32[2,3,4]) {
  %a = f32[] splat 2
  %b = f32[3,4] random 1
  %c = f32[4] random 2
  ${lines}
  return ${result}
}`;

const pass = rulePass("t", [mergeScales, moveScaleBehindPower, foldConstants]);

test("two factors are one", async () => {
  const after = await expectRewrite(pass, graph("%m = Mul(%x, %a)\n  %y = Mul(%c, %m)"), {
    applied: 2,
    tolerance: FOLD,
  });
  expect(after.match(/Mul\(/g)).toHaveLength(1);
});

test("a factor behind a sum meets the one before: YOLOv5's box centres", async () => {
  const lines = "%m = Mul(%x, %a)\n  %s = Add(%m, %b)\n  %y = Mul(%s, %c)";
  const after = await expectRewrite(pass, graph(lines), { applied: 3, tolerance: FOLD });
  expect(after.match(/Mul\(/g)).toHaveLength(1);
  expect(after.match(/Add\(/g)).toHaveLength(1);
});

test("a factor before a square meets the one behind: YOLOv5's box sizes", async () => {
  const lines = "%m = Mul(%x, %a)\n  %s = Pow(%m, %a)\n  %y = Mul(%s, %b)";
  const after = await expectRewrite(pass, graph(lines), { applied: 4, tolerance: FOLD });
  expect(after.match(/Mul\(/g)).toHaveLength(1);
  expect(after).toContain("Pow(%x");
});

test("they stay where others take the product between", () => {
  expectMiss(
    mergeScales,
    graph("%m = Mul(%x, %a)\n  %y = Mul(%m, %c)", "%y, %m"),
    "the Mul output is an output of the graph",
  );
});

test("they stay where a factor is computed", () => {
  expectMiss(mergeScales, graph("%m = Mul(%x, %x)\n  %y = Mul(%m, %c)"), "the Mul before is not by a constant");
  expectMiss(mergeScales, graph("%m = Mul(%x, %a)\n  %y = Mul(%m, %x)"), "the Mul is not by a constant");
});

test("a factor stays before a power that is not whole, or that no factor follows", () => {
  const power = (exponent: string, after: string) =>
    `graph t(%x: f32[2,3]) {
      %a = f32[] splat 2
      %e = f32[] splat ${exponent}
      %m = Mul(%x, %a)
      %p = Pow(%m, %e)
      %y = ${after}
      return %y
    }`;
  expectMiss(moveScaleBehindPower, power("0.5", "Mul(%p, %a)"), "the exponent is not one whole number");
  expectMiss(moveScaleBehindPower, power("2", "Relu(%p)"), "no factor follows");
});

test.each([
  ["the input has no producer", "%y = Mul(%x, %a)", "%y"],
  ["the input comes from Relu", "%m = Relu(%x)\n  %y = Mul(%m, %a)", "%y"],
  ["the input comes from Relu", "%r = Relu(%x)\n  %m = Add(%r, %b)\n  %y = Mul(%m, %a)", "%y"],
  ["the Add before is not of a constant", "%m = Mul(%x, %a)\n  %s = Add(%m, %x)\n  %y = Mul(%s, %a)", "%y"],
  [
    "the Mul output has other users",
    "%m = Mul(%x, %a)\n  %s = Add(%m, %b)\n  %y = Mul(%s, %a)\n  %z = Relu(%m)",
    "%y, %z",
  ],
  ["the Mul is not by a constant", "%y = Mul(%a, %b)", "%y"],
])("a factor stays: %s", (reason, lines, result) => {
  expectMiss(mergeScales, graph(lines, result), reason);
});

test.each([
  ["the exponent is not one whole number", "%m = Mul(%x, %a)\n  %p = Pow(%m, %x)\n  %y = Mul(%p, %a)"],
  [
    "the exponent is not one whole number",
    "%e = f32[4] splat 2\n  %m = Mul(%x, %a)\n  %p = Pow(%m, %e)\n  %y = Mul(%p, %a)",
  ],
  [
    "the exponent is not one whole number",
    "%e = f32[] splat 1.5\n  %m = Mul(%x, %a)\n  %p = Pow(%m, %e)\n  %y = Mul(%p, %a)",
  ],
  [
    "the exponent is not one whole number",
    "%e = f32[] splat -1\n  %m = Mul(%x, %a)\n  %p = Pow(%m, %e)\n  %y = Mul(%p, %a)",
  ],
  [
    "the exponent is not one whole number",
    "%e = f32[] splat 0\n  %m = Mul(%x, %a)\n  %p = Pow(%m, %e)\n  %y = Mul(%p, %a)",
  ],
  ["the input comes from Relu", "%m = Relu(%x)\n  %p = Pow(%m, %a)\n  %y = Mul(%p, %a)"],
  [
    "no factor follows",
    "%m = Mul(%x, %a)\n  %p = Pow(%m, %a)\n  %q = Mul(%p, %a)\n  %r = Mul(%p, %b)\n  %y = Add(%q, %r)",
  ],
  ["no factor follows", "%m = Mul(%x, %a)\n  %p = Pow(%m, %a)\n  %y = Mul(%p, %x)"],
])("a factor stays before a power: %s", (reason, lines) => {
  expectMiss(moveScaleBehindPower, graph(lines), reason);
});

test("a factor passes a power of one", async () => {
  const lines = "%e = f32[] splat 1\n  %m = Mul(%x, %a)\n  %p = Pow(%m, %e)\n  %y = Mul(%p, %b)";
  await expectRewrite(moveScaleBehindPower, graph(lines), { applied: 1, tolerance: FOLD });
});

test("what they replace is named, the matched node first", () => {
  const opsOf = (lines: string, rule: Rule) =>
    runPasses(parseGraph(graph(lines)), [rulePass("t", [rule])]).rewrites.map(({ ops }) => ops);
  expect(opsOf("%m = Mul(%x, %a)\n  %y = Mul(%c, %m)", mergeScales)).toEqual([["Mul", "Mul"]]);
  expect(opsOf("%m = Mul(%x, %a)\n  %s = Add(%m, %b)\n  %y = Mul(%s, %c)", mergeScales)).toEqual([
    ["Mul", "Mul", "Add"],
  ]);
  expect(opsOf("%m = Mul(%x, %a)\n  %s = Pow(%m, %a)\n  %y = Mul(%s, %b)", moveScaleBehindPower)).toEqual([
    ["Pow", "Mul"],
  ]);
});
