import { expect, test } from "@jest/globals";
import { commonInputs } from "./common-inputs.js";
import { strideOf } from "./resolve-sizes.js";

const input = (name: string, ...shape: (number | string)[]) => ({ name, dtype: "f32", shape }) as const;

test.each([
  ["what one fixes is fixed", ["batch", 3, "32*h", 64], [2, 3, 96, 64], [2, 3, 96, 64]],
  ["names of the first stay", ["n", 3, "height", "width"], ["batch", 3, "", "w"], ["n", 3, "height", "width"]],
  ["steps of both are kept", ["n", 3, "64*h", "32*w"], ["n", 3, "96*h", "width"], ["n", 3, "192*side", "32*w"]],
  ["a formula says more than a name", ["n", 3, "height", 64], ["n", 3, "32*h", 64], ["n", 3, "32*h", 64]],
  ["other ranks are not compared", ["n", 3], ["n", 3, 4], ["n", 3]],
])("%s", (_, first, second, expected) => {
  expect(commonInputs([input("images", ...first)], [input("x", ...second)])[0]!.shape).toEqual(expected);
});

test.each([
  ["32", 32],
  ["0", undefined],
  ["[8, 16]", undefined],
  ["99999999", undefined],
  [undefined, undefined],
])("a stride of %j is %j", (text, stride) => {
  expect(strideOf(new Map(text === undefined ? [] : [["stride", text]]))).toBe(stride);
});
