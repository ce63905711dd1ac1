import { expect, test } from "@jest/globals";
import { parseGraph } from "@yolo-compile/ir";
import { EXACT, expectMiss, expectRewrite, FOLD } from "@yolo-compile/testkit";
import { rulePass, runPasses } from "../pass.js";
import type { Rule } from "../rule.js";
import {
  axisGroups,
  mergeTransposesAroundReshape,
  movePadBeforeTranspose,
  moveSliceBehindTranspose,
} from "./merge-layouts.js";

test("axes group where sizes multiply up", () => {
  expect(axisGroups([6, 4], [2, 3, 4])).toEqual([[0, 1], [2]]);
  expect(axisGroups([1, 6], [1, 2, 3])).toEqual([[0], [1, 2]]);
  expect(axisGroups([1, 4], [4])).toEqual([[], [0]]);
  expect(axisGroups([4], [4, 1, 1])).toEqual([[0, 1, 2]]);
  expect(axisGroups([6, 4], [3, 8])).toBeUndefined();
  expect(axisGroups([6], [4])).toBeUndefined();
});

const around = (from: string, first: string, shape: string, second: string): string => `graph t(%x: f32[${from}]) {
  %a = Transpose(%x) {perm=[${first}]}
  %b = Reshape(%a) {shape=[${shape}]}
  %y = Transpose(%b) {perm=[${second}]}
  return %y
}`;

test.each([
  ["splits", around("2,8,6,9", "0, 2, 3, 1", "2,2,3,3,3,8", "0, 1, 3, 2, 4, 5"), ["Reshape(%x", "Transpose("]],
  ["splits an axis of one", around("1,8,6,9", "0, 2, 3, 1", "1,2,3,3,3,8", "0, 1, 3, 2, 4, 5"), ["Reshape(%x"]],
  ["joins", around("2,2,3,3,3,8", "0, 1, 3, 2, 4, 5", "12,3,3,8", "0, 3, 1, 2"), ["Transpose(%x"]],
])("two transposes around a reshape that %s are one", async (_, text, parts) => {
  const after = await expectRewrite(mergeTransposesAroundReshape, text, { applied: 1, tolerance: EXACT });
  expect(after.match(/Transpose\(/g)).toHaveLength(1);
  for (const part of parts) expect(after).toContain(part);
});

test("they stay where the reshape does something else", () => {
  const text = around("2,3,4", "0, 2, 1", "2,6,2", "0, 2, 1");
  expectMiss(mergeTransposesAroundReshape, text, "the Reshape neither splits nor joins axes");
});

test("they stay where others take what is between", () => {
  const text = around("2,8,6,9", "0, 2, 3, 1", "2,54,8", "0, 2, 1").replace("return %y", "return %y, %b");
  expectMiss(mergeTransposesAroundReshape, text, "the Reshape output is an output of the graph");
});

/** Windows of 3x3 of a 5x7 map: padded, cut, worked on, put together, cropped, as EfficientViT writes it. */
const WINDOWS = `graph t(%x: f32[2,4,5,7]) {
  %zero = f32[] splat 0
  %a = Transpose(%x) {perm=[0, 2, 3, 1]}
  %b = Pad(%a, %zero) {pads=[0, 0, 0, 0, 0, 1, 2, 0]}
  %c = Reshape(%b) {shape=[2, 2, 3, 3, 3, 4]}
  %d = Transpose(%c) {perm=[0, 1, 3, 2, 4, 5]}
  %e = Reshape(%d) {shape=[12, 3, 3, 4]}
  %f = Transpose(%e) {perm=[0, 3, 1, 2]}
  %w = f32[4,1,3,3] random 1
  %g = Conv(%f, %w) {group=4, pads=[1, 1, 1, 1]}
  %h = Transpose(%g) {perm=[0, 2, 3, 1]}
  %i = Reshape(%h) {shape=[2, 2, 3, 3, 3, 4]}
  %j = Transpose(%i) {perm=[0, 1, 3, 2, 4, 5]}
  %k = Reshape(%j) {shape=[2, 6, 9, 4]}
  %l = Slice(%k) {starts=[0, 0], ends=[5, 7], axes=[1, 2]}
  %y = Transpose(%l) {perm=[0, 3, 1, 2]}
  return %y
}`;

test("cutting into windows and putting together take one Transpose each", async () => {
  const pass = rulePass("t", [movePadBeforeTranspose, moveSliceBehindTranspose, mergeTransposesAroundReshape]);
  const after = await expectRewrite(pass, WINDOWS, { applied: 6, tolerance: FOLD });
  expect(after.match(/Transpose\(/g)).toHaveLength(2);
  expect(after.match(/Reshape\(/g)).toHaveLength(4);
  expect(after).toContain("Pad(%x");
});

test("a Pad stays behind a Transpose where nothing behind it rearranges", () => {
  const text = `graph t(%x: f32[2,3,4]) {
    %a = Transpose(%x) {perm=[0, 2, 1]}
    %b = Pad(%a) {pads=[0, 0, 0, 1, 0, 0]}
    %y = Relu(%b)
    return %y
  }`;
  expectMiss(movePadBeforeTranspose, text, "nothing behind the Pad rearranges");
});

test("a Slice stays before a Transpose where nothing before it rearranges", () => {
  const text = `graph t(%x: f32[2,3,4]) {
    %r = Relu(%x)
    %a = Slice(%r) {starts=[0], ends=[2], axes=[2]}
    %y = Transpose(%a) {perm=[0, 2, 1]}
    return %y
  }`;
  expectMiss(moveSliceBehindTranspose, text, "nothing before the Slice rearranges");
});

const onMap = (lines: string, result = "%y"): string => `graph t(%x: f32[2,3,4]) {\n${lines}\nreturn ${result}\n}`;
const REORDER = "{perm=[0, 2, 1]}";

test.each([
  ["the input comes from Relu", `%r = Relu(%x)\n%y = Transpose(%r) ${REORDER}`, "%y"],
  [
    "the Reshape's input comes from Relu",
    `%r = Relu(%x)\n%s = Reshape(%r) {shape=[2, 4, 3]}\n%y = Transpose(%s) ${REORDER}`,
    "%y",
  ],
  [
    "the Transpose output has other users",
    `%t = Transpose(%x) ${REORDER}\n%s = Reshape(%t) {shape=[2, 2, 2, 3]}\n%y = Transpose(%s) {perm=[0, 3, 1, 2]}\n%z = Relu(%t)`,
    "%y, %z",
  ],
])("transposes around a reshape stay: %s", (reason, lines, result) => {
  expectMiss(mergeTransposesAroundReshape, onMap(lines, result), reason);
});

test("transposes around a reshape of nothing stay", () => {
  const text = `graph t(%x: f32[2,0,4]) {
    %t = Transpose(%x) ${REORDER}
    %s = Reshape(%t) {shape=[2, 2, 0, 2]}
    %y = Transpose(%s) {perm=[0, 3, 1, 2]}
    return %y
  }`;
  expectMiss(mergeTransposesAroundReshape, text, "the result is empty");
});

test.each([
  ["the input has no producer", "%p = Pad(%x) {pads=[0, 0, 0, 1, 0, 0]}\n%y = Transpose(%p) {perm=[0, 2, 1]}", "%y"],
  [
    "the input comes from Relu",
    "%r = Relu(%x)\n%p = Pad(%r) {pads=[0, 0, 0, 1, 0, 0]}\n%y = Transpose(%p) {perm=[0, 2, 1]}",
    "%y",
  ],
  [
    "nothing behind the Pad rearranges",
    `%t = Transpose(%x) ${REORDER}\n%p = Pad(%t) {pads=[0, 0, 0, 1, 0, 0]}\n%y = Transpose(%p) ${REORDER}\n%z = Relu(%p)`,
    "%y, %z",
  ],
])("a Pad stays: %s", (reason, lines, result) => {
  expectMiss(movePadBeforeTranspose, onMap(lines, result), reason);
});

test.each([
  ["the input comes from Relu", `%r = Relu(%x)\n%y = Transpose(%r) ${REORDER}`],
  [
    "the input has no producer",
    `%s = Slice(%x) {starts=[0], ends=[2], axes=[2], steps=[1]}\n%y = Transpose(%s) ${REORDER}`,
  ],
])("a Slice stays: %s", (reason, lines) => {
  expectMiss(moveSliceBehindTranspose, onMap(lines), reason);
});

test("what they replace is named, the matched node first", () => {
  const opsOf = (text: string, rule: Rule) =>
    runPasses(parseGraph(text), [rulePass("test", [rule])]).rewrites.map(({ ops }) => ops);
  const text = around("2,8,6,9", "0, 2, 3, 1", "2,2,3,3,3,8", "0, 1, 3, 2, 4, 5");
  expect(opsOf(text, mergeTransposesAroundReshape)).toEqual([["Transpose", "Transpose", "Reshape"]]);
  const padded = onMap(
    `%t = Transpose(%x) ${REORDER}\n%p = Pad(%t) {pads=[0, 0, 0, 1, 0, 0]}\n%y = Transpose(%p) ${REORDER}`,
  );
  expect(opsOf(padded, movePadBeforeTranspose)).toEqual([["Pad", "Transpose"]]);
  const cut = onMap(
    `%t = Transpose(%x) ${REORDER}\n%s = Slice(%t) {starts=[0], ends=[2], axes=[-1], steps=[1]}\n%y = Transpose(%s) ${REORDER}`,
  );
  expect(opsOf(cut, moveSliceBehindTranspose)).toEqual([["Transpose", "Slice"]]);
});
