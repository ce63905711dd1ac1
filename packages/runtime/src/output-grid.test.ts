import { expect, test } from "@jest/globals";
import type { OutputLayout } from "@yolo-compile/core";
import { addsUpToOne, fitsShape, gridOf, placeParts } from "./output-grid.js";

const layout = (axis: number, ...counts: readonly number[]): OutputLayout => ({
  output: "y",
  axis,
  parts: counts.map((count) => ({ name: "values", kind: "other", count })),
});

test.each([
  [layout(1, 2, 3), [4, 5], true],
  [layout(1, 2, 2), [4, 5], false],
  [layout(0, 4), [4, 5], true],
  [layout(2, 1), [4, 5], false],
  [layout(3, 1), [4, 5], false],
  [layout(0, 1), [], true],
  [layout(1, 1), [], false],
] as const)("parts fit where they fill an axis that is there: %#", (parts, shape, fits) => {
  expect(fitsShape(parts, shape)).toBe(fits);
});

test.each([
  ["a Softmax at both places", [0.25, 0.5, 0.75, 0.5], true],
  ["sigmoids at the second place", [0.25, 0.5, 0.75, 0.25], false],
  ["not a number", [0.25, Number.NaN, 0.75, 0.5], false],
])("columns add up to 1 or not: %s", (_, scores, adds) => {
  const parts = layout(1, 1, 2);
  // [n,columns,places]: another part goes before.
  const numbers = [7, 7, ...scores];
  expect(addsUpToOne(numbers, gridOf([1, 3, 2], 1), placeParts(parts)[1]!)).toBe(adds);
});

test("a single column that is 1 everywhere is no Softmax", () => {
  expect(addsUpToOne([1, 1], gridOf([1, 1, 2], 1), placeParts(layout(1, 1))[0]!)).toBe(false);
});
