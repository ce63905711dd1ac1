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
