import { expect, test } from "@jest/globals";
import { expectMiss, expectRewrite, FOLD } from "@yolo-compile/testkit";
import { rulePass } from "../pass.js";
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
