import { describe, expect, test } from "@jest/globals";
import { toFloat64 } from "@yolo-compile/core";
import { opCensus, parseGraph, printGraph } from "@yolo-compile/ir";
import { expectMiss, expectRewrite, F16, FOLD } from "@yolo-compile/testkit";
import fc from "fast-check";
import { rulePass, runPasses } from "../pass.js";
import { optimize } from "../pipelines.js";
import { branchSets } from "../testing/branch-sets.js";
import { graph, norm, statistics } from "../testing/branch-texts.js";
import { foldBatchNorm } from "./fold-batch-norm.js";
import { mergeBranches } from "./merge-branches.js";

const MERGED = { applied: 1, tolerance: FOLD };

const REP_VGG = `${[1, 2, 3].map((seed) => statistics(seed, 4)).join("\n")}
  %w = f32[4,4,3,3] random 4
  %k = f32[4,4,1,1] random 5
  %d = Conv(%x, %w) {pads=[1, 1, 1, 1]} @ m.dense.0
  ${norm(1, "d", "dn", "m.dense.1")}
  %p = Conv(%x, %k) @ m.point.0
  ${norm(2, "p", "pn", "m.point.1")}
  ${norm(3, "x", "xn", "m.identity")}
  %s = Add(%dn, %pn) @ m
  %y = Add(%s, %xn) @ m`;

test("a 3x3, a 1x1 and an identity, each with its BatchNorm, are one 3x3", async () => {
  expect(await expectRewrite(mergeBranches, graph(REP_VGG), MERGED)).toMatchInlineSnapshot(`
"graph t(%x: f32[2,4,9,7]) {
  %w = f32[4,4,3,3] elided 38b77740
  %w_1 = f32[4] {-3.2697945, -2.3978853, 0.21478826, -2.1790936}
  %y = Conv(%x, %w, %w_1) {pads=[1, 1, 1, 1]} : f32[2,4,9,7] @ m.dense.0 [merge-branches]
  return %y
}"
`);
});

test("every BatchNorm on the way is accounted for, by name", () => {
  const before = parseGraph(graph(REP_VGG));
  const [rewrite] = runPasses(before, [rulePass("t", [mergeBranches])]).rewrites;
  expect(rewrite!.rule).toBe("merge-branches");
  expect(rewrite!.accountsFor).toEqual(
    ["m.dense.1", "m.point.1", "m.identity"].map((path) => ({ op: "BatchNormalization", path })),
  );
  expect(() => optimize(before, "fuse")).not.toThrow();
});

test("pixels and channels keep their places, in exact numbers", async () => {
  // Two groups of two channels: a filter of the second group sees its own channel at index 0 or 1 of its group.
  const text = graph(
    `%w = f32[4,2,1,2] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
    %k = f32[4,1,1,1] {100, 200, 300, 400}
    %c = Conv(%x, %w) {group=2, pads=[0, 1, 0, 0]}
    %d = Conv(%x, %k) {group=4}
    %s = Add(%c, %d)
    %y = Sub(%s, %x)`,
    { x: "f32[1,4,1,3]" },
  );
  expect(await expectRewrite(mergeBranches, text, MERGED)).toContain(
    "{1, 101, 3, 4, 5, 6, 7, 207, 9, 309, 11, 12, 13, 14, 15, 415}",
  );
});

test.each([
  ["a residual", "%c = Conv(%x, %w) {pads=[1, 1, 1, 1]}\n  %y = Add(%x, %c)"],
  ["one that is dilated", "%c = Conv(%x, %w) {pads=[2, 3, 2, 3], dilations=[2, 3]}\n  %y = Add(%c, %x)"],
  ["an even pad", "%c = Conv(%x, %w) {pads=[0, 2, 2, 0]}\n  %y = Add(%c, %x)"],
  [
    "a stride",
    "%c = Conv(%x, %w) {pads=[1, 1, 1, 1], strides=[2, 1]}\n  %d = Conv(%x, %k) {strides=[2, 1]}\n  %y = Add(%d, %c)",
  ],
  ["a convolution twice", "%c = Conv(%x, %w) {pads=[1, 1, 1, 1]}\n  %y = Add(%c, %c)"],
  ["a difference", "%c = Conv(%x, %w) {pads=[1, 1, 1, 1]}\n  %y = Sub(%x, %c)"],
  [
    "pads of a 1x1",
    "%c = Conv(%x, %w) {pads=[2, 2, 2, 2]}\n  %d = Conv(%x, %k) {pads=[1, 1, 1, 1]}\n  %y = Add(%c, %d)",
  ],
])("merges %s", async (_, lines) => {
  const text = graph(`%w = f32[4,4,3,3] random 1\n  %k = f32[4,4,1,1] random 2\n  ${lines}`);
  const after = await expectRewrite(mergeBranches, text, MERGED);
  expect(after.match(/Conv\(/g)).toHaveLength(1);
  expect(after).not.toMatch(/Add\(|Sub\(|%w_1/);
});

test("factors and shifts of a branch, and a BatchNorm around the sum, go with them", async () => {
  const text = graph(
    `${statistics(1, 4)}
    %w = f32[4,1,3,3] random 2
    %k = f32[4] random 3
    %f = f32[4,1,1] random 4
    %e = f32[1,4,1,1] random 5
    %n = f32[] {0.3}
    %c = Conv(%x, %w, %k) {group=4, pads=[1, 1, 1, 1]}
    %q = Sub(%e, %c)
    %r = Mul(%f, %q)
    %t = Add(%r, %x)
    %u = Sub(%t, %n)
    ${norm(1, "u", "y")}`,
  );
  const after = await expectRewrite(mergeBranches, text, MERGED);
  expect(after.match(/ = [A-Z]\w*\(/g)).toEqual([" = Conv("]);
});

test("one branch takes the factors and shifts around it", async () => {
  const text = graph(
    `${statistics(1, 4)}
    %w = f32[4,4,3,3] random 2
    %f = f32[4,1,1] random 4
    %c = Conv(%x, %w)
    ${norm(1, "c", "n")}
    %r = Mul(%f, %n)
    %y = Add(%r, %f)`,
  );
  const after = await expectRewrite(mergeBranches, text, MERGED);
  expect(after.match(/ = [A-Z]\w*\(/g)).toEqual([" = Conv("]);
});

test("x + γ · (Σ branches − BatchNorm(x)), a token mixer, is one depthwise convolution", async () => {
  const text = graph(
    `${[1, 2, 3, 4].map((seed) => statistics(seed, 4)).join("\n")}
    %w = f32[4,1,3,3] random 2
    %k = f32[4,1,1,1] random 3
    %gamma = f32[4,1,1] random 4
    %c = Conv(%x, %w) {group=4, pads=[1, 1, 1, 1]}
    ${norm(1, "c", "cn")}
    %d = Conv(%x, %k) {group=4}
    ${norm(2, "d", "dn")}
    ${norm(3, "x", "xn")}
    %s = Add(%cn, %dn)
    %r = Add(%xn, %s)
    ${norm(4, "x", "mn")}
    %q = Sub(%r, %mn)
    %t = Mul(%gamma, %q)
    %y = Add(%x, %t)`,
  );
  const after = await expectRewrite(mergeBranches, text, MERGED);
  expect(after.match(/ = [A-Z]\w*\(/g)).toEqual([" = Conv("]);
});

test("the sum that is left where a larger one is not linear", async () => {
  const text = graph(`%w = f32[4,4,3,3] random 1
    %k = f32[4,4,1,1] random 2
    %r = Relu(%x)
    %c = Conv(%x, %w) {pads=[1, 1, 1, 1]}
    %d = Conv(%x, %k)
    %s = Add(%c, %d)
    %y = Add(%s, %r)`);
  const after = await expectRewrite(mergeBranches, text, MERGED);
  expect(after.match(/ = [A-Z]\w*\(/g)).toEqual([" = Relu(", " = Conv(", " = Add("]);
});

test("a chain of hundreds of sums is merged in pieces", () => {
  const sums = Array.from({ length: 500 }, (_, index) => `%s${index + 1} = Add(%s${index}, %x)`);
  const text = graph(`%w = f32[4,4,1,1] random 1\n%s0 = Conv(%x, %w)\n${sums.join("\n")}`, { result: "%s500" });
  const { graph: merged, rewrites } = runPasses(parseGraph(text), [rulePass("t", [mergeBranches])]);
  expect([...opCensus(merged)]).toEqual([["Conv", 1]]);
  expect(rewrites.length).toBeLessThan(50);
});

test("branches without biases have none when merged", async () => {
  const text = graph(
    "%w = f32[4,1,3,3] random 1\n  %c = Conv(%x, %w) {group=4, pads=[1, 1, 1, 1]}\n  %y = Add(%x, %c)",
  );
  expect(await expectRewrite(mergeBranches, text, MERGED)).toMatch(/Conv\(%x, %\w+\) /);
});

test.each([
  // 0.4 · 0.5 / √(0.1 + 0.001) + 0.9 / √(0.6 + 0.001) + 1 of the numbers nearest to them in the type, in float64; where each
  // BatchNorm is rounded first, the last bit is another.
  ["f32", 2.7902445793151855],
  ["f16", 2.7890625],
] as const)("a weight of %s is rounded once", (dtype, expected) => {
  const before = parseGraph(`graph t(%x: ${dtype}[1,1,1,1]) {
    %w = ${dtype}[1,1,1,1] {0.4}
    %g = ${dtype}[1] {0.5}
    %v = ${dtype}[1] {0.1}
    %h = ${dtype}[1] {0.9}
    %u = ${dtype}[1] {0.6}
    %z = ${dtype}[1] {0}
    %c = Conv(%x, %w)
    %cn = BatchNormalization(%c, %g, %z, %z, %v) {epsilon=0.001}
    %xn = BatchNormalization(%x, %h, %z, %z, %u) {epsilon=0.001}
    %s = Add(%cn, %xn)
    %y = Add(%s, %x)
    return %y
  }`);
  const { graph: merged } = runPasses(before, [rulePass("t", [mergeBranches])]);
  expect(toFloat64(merged.nodes[0]!.inputs[1]!.constant!.read())[0]).toBe(expected);
  const { graph: foldedFirst } = runPasses(before, [rulePass("t", [foldBatchNorm]), rulePass("u", [mergeBranches])]);
  expect(toFloat64(foldedFirst.nodes.at(-1)!.inputs[1]!.constant!.read())[0]).not.toBe(expected);
});

test("float16 branches stay float16", async () => {
  const text = graph(
    "%w = f16[4,1,3,3] random 1\n  %c = Conv(%x, %w) {group=4, pads=[1, 1, 1, 1]}\n  %y = Add(%x, %c)",
    {
      x: "f16[1,4,5,5]",
    },
  );
  expect(await expectRewrite(mergeBranches, text, { applied: 1, tolerance: F16 })).toContain(": f16[1,4,5,5]");
});

const TWO = "%w = f32[4,4,3,3] random 1\n  %k = f32[4,4,1,1] random 2\n  %c = Conv(%x, %w) {pads=[1, 1, 1, 1]}";

const ALONE = "one branch has nothing but BatchNormalizations around it";

describe("stays where", () => {
  test.each([
    [ALONE, `${TWO}\n${statistics(1, 4)}\n${norm(1, "c", "y")}`],
    [ALONE, `${TWO}\n${statistics(1, 4)}\n${norm(1, "c", "n")}\n${norm(1, "n", "y")}`],
    ["no branch is a convolution", `${statistics(1, 4)}\n${norm(1, "x", "n")}\n%y = Add(%n, %x)`],
    ["not all branches start at %x: one does at %a", `${TWO}\n%a = Relu(%c)\n%d = Conv(%x, %k)\n%y = Add(%a, %d)`],
    ["not all branches start at %x: one does at %r", `${TWO}\n%r = Relu(%x)\n%d = Conv(%r, %k)\n%y = Add(%c, %d)`],
    ["the Mul is not by a constant", `${TWO}\n%d = Conv(%x, %k)\n%s = Mul(%c, %d)\n%y = Add(%s, %x)`],
    [
      "the statistics are computed",
      `${statistics(1, 4)}\n${TWO}\n%a = Relu(%m1)\n%n = BatchNormalization(%c, %g1, %b1, %a, %v1)\n%y = Add(%n, %x)`,
    ],
    ["the Add is not by one number a channel", `${TWO}\n%f = f32[7] random 3\n%s = Add(%c, %f)\n%y = Add(%s, %x)`],
    [
      "the Conv's weights are computed",
      `${TWO}\n%a = Relu(%w)\n%d = Conv(%x, %a) {pads=[1, 1, 1, 1]}\n%y = Add(%d, %x)`,
    ],
  ])("%s", (reason, lines) => {
    expectMiss(mergeBranches, graph(lines), reason);
  });

  test.each([
    ["another takes a branch", "%d = Conv(%x, %k)\n%y = Add(%c, %d)\n%z = Relu(%d)", "%y, %z"],
    ["a branch is an output", "%d = Conv(%x, %k)\n%y = Add(%c, %d)", "%y, %d"],
  ])("%s", (_, lines, result) => {
    expectMiss(mergeBranches, graph(`${TWO}\n${lines}`, { result }), "not all branches start at %x: one does at %d");
  });

  const PLACE = "no branch's kernel has a place for all others";
  test.each([
    ["strides differ", "f32[1,4,1,7]", "%d = Conv(%x, %k) {strides=[2, 1]}\n%y = Add(%c, %d)", PLACE],
    [
      "taps lie between a dilated kernel's",
      "f32[1,4,9,7]",
      "%d = Conv(%x, %w) {pads=[2, 2, 2, 2], dilations=[2, 2]}\n%y = Add(%c, %d)",
      PLACE,
    ],
    [
      "a kernel is wider, another higher",
      "f32[1,4,9,7]",
      "%t = f32[4,4,1,5] random 4\n%d = Conv(%x, %t) {pads=[0, 2, 0, 2]}\n%y = Add(%c, %d)",
      PLACE,
    ],
    [
      "the wide kernel sees fewer channels",
      "f32[1,4,9,7]",
      "%t = f32[4,1,5,5] random 4\n%d = Conv(%x, %t) {pads=[2, 2, 2, 2], group=4}\n%y = Add(%c, %d)",
      PLACE,
    ],
    [
      "groups overlap",
      "f32[1,12,9,7]",
      "%e = f32[12,4,1,1] random 4\n%f = f32[12,6,1,1] random 5\n%g = Conv(%x, %e) {group=3}\n%d = Conv(%x, %f) {group=2}\n%y = Add(%g, %d)",
      PLACE,
    ],
    [
      "the terms differ in shape",
      "f32[1,1,9,7]",
      "%e = f32[4,1,1,1] random 4\n%d = Conv(%x, %e)\n%y = Add(%d, %x)",
      "the terms differ in shape",
    ],
    [
      "the sum is not one of maps",
      "f32[1,4,9]",
      "%e = f32[4,1,1] random 4\n%d = Conv(%x, %e) {group=4, strides=[1], pads=[0, 0], dilations=[1]}\n%y = Add(%d, %x)",
      "the sum is not one of maps",
    ],
  ])("%s", (_, x, lines, reason) => {
    const two = x === "f32[1,4,9,7]" || x === "f32[1,4,1,7]" ? TWO : "";
    expectMiss(mergeBranches, graph(`${two}\n${lines}`, { x }), reason);
  });
});

test("any set of branches whose taps are some of one convolution's is one convolution", async () => {
  await fc.assert(
    fc.asyncProperty(branchSets, async (text) => {
      const after = await expectRewrite(mergeBranches, text, MERGED);
      expect(after.match(/ = [A-Z]\w*\(/g)).toEqual([" = Conv("]);
      expect(printGraph(optimize(parseGraph(text), "fuse").graph)).toBe(after);
    }),
    { seed: 1, numRuns: 200 },
  );
});
