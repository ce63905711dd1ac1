import { expect, test } from "@jest/globals";
import type { OutputLayout } from "@yolo-compile/core";
import { fitsShape } from "./output-grid.js";

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
