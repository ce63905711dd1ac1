import { expect, test } from "@jest/globals";
import { EXACT, expectMiss, expectRewrite } from "@yolo-compile/testkit";
import { splitSlices } from "./split-slices.js";

/** A graph of one Slice of axis 1 for each part, and further nodes. */
const graph = (parts: readonly (readonly [number, number])[], extra = ""): string => {
  const lines = parts.map(
    ([start, end], index) => `%y${index} = Slice(%x) {starts=[${start}], ends=[${end}], axes=[1]} @ attn`,
  );
  return `graph t(%x: f32[2,8,3]) {
  ${lines.join("\n  ")}
  ${extra}
  return ${parts.map((_, index) => `%y${index}`).join(", ")}
}`;
};

test.each([
  [
    "in order",
    [
      [0, 2],
      [2, 4],
      [4, 8],
    ],
  ],
  [
    "in any order",
    [
      [5, 8],
      [0, 5],
    ],
  ],
  [
    "counted from the end",
    [
      [0, -3],
      [-3, 1000],
    ],
  ],
] as [string, [number, number][]][])("parts that cover the axis are one Split, %s", async (_, parts) => {
  const after = await expectRewrite(splitSlices, graph(parts), { applied: parts.length, tolerance: EXACT });
  expect(after).not.toContain("Slice");
  expect(after.match(/Split\(/g)).toHaveLength(1);
});

test.each([
  [
    "leave a gap",
    [
      [0, 2],
      [3, 8],
    ],
    "the Slices do not cover the axis once",
  ],
  [
    "overlap",
    [
      [0, 5],
      [4, 8],
    ],
    "the Slices do not cover the axis once",
  ],
  [
    "stop early",
    [
      [0, 2],
      [2, 7],
    ],
    "the Slices do not cover the axis once",
  ],
  ["are one", [[0, 2]], "no other Slice takes the rest"],
] as [string, [number, number][], string][])("stay where they %s", (_, parts, reason) => {
  expectMiss(splitSlices, graph(parts), reason);
});

test("stays with a step, or with two axes at once", () => {
  const one = graph([[0, 4]]);
  const step = one.replace("axes=[1]", "axes=[1], steps=[2]");
  expectMiss(splitSlices, step, "the Slice is not one part of one axis");
  const two = one.replace("starts=[0], ends=[4], axes=[1]", "starts=[0, 0], ends=[4, 1], axes=[1, 2]");
  expectMiss(splitSlices, two, "the Slice is not one part of one axis");
});

test("stays where the axis or a bound depends on symbols", () => {
  const open = graph([[0, 4]]).replace("f32[2,8,3]", "f32[2,8*h,3]");
  expectMiss(splitSlices, open, "the Slice is not one part of one axis");
});

test("a part that an earlier Split makes already is that one", async () => {
  const split = (lines: string) => `graph t(%x: f32[2,8,3]) {
    %p, %q, %r = Split(%x) {axis=-2, sizes=[2, 3, 3]}
    ${lines}
    return %p, %q, %r, %y
  }`;
  const slice = (start: number, end: number, axis = 1) =>
    `%y = Slice(%x) {starts=[${start}], ends=[${end}], axes=[${axis}], steps=[1]}`;
  const after = await expectRewrite(splitSlices, split(slice(2, 5)), { applied: 1, tolerance: EXACT });
  expect(after).toContain("y = %q");
  for (const [start, end] of [
    [2, 8],
    [1, 4],
    [3, 5],
    [0, 5],
  ] as const)
    expectMiss(splitSlices, split(slice(start, end)), "no other Slice takes the rest");
  expectMiss(splitSlices, split(slice(0, 2, 0)), "no other Slice takes the rest");
});

test("a Split that comes later, and Slices of other axes, are none of its business", async () => {
  const text = `graph t(%x: f32[2,8,3]) {
    %a = Slice(%x) {starts=[0], ends=[1], axes=[2], steps=[1]}
    %b = Slice(%x) {starts=[0], ends=[4], axes=[1], steps=[1]}
    %p, %q = Split(%x) {axis=1, sizes=[4, 4]}
    %c = Slice(%x) {starts=[4], ends=[8], axes=[1], steps=[1]}
    return %a, %b, %c, %p, %q
  }`;
  const after = await expectRewrite(splitSlices, text, { applied: 2, tolerance: EXACT });
  expect(after.match(/Split\(/g)).toHaveLength(2);
  expect(after.match(/Slice\(/g)).toHaveLength(1);
});

test("the leading Slice says why they stay, the others that it leads", () => {
  const gap = graph([
    [0, 2],
    [3, 8],
  ]);
  expectMiss(splitSlices, gap, "an earlier Slice leads");
});

test("the parts keep their names, and the node its place", async () => {
  const parts = graph([
    [5, 8],
    [0, 5],
  ]);
  const after = await expectRewrite(splitSlices, parts, { applied: 2, tolerance: EXACT });
  expect(after).toMatch(/%y1, %y0 = Split\(%x\) .* @ attn \[split-slices\]/);
});
