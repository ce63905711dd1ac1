import { expect, test } from "@jest/globals";
import type { ValueInfo } from "@yolo-compile/runtime";
import { resolveSizes } from "./resolve-sizes.js";

const input = (name: string, ...shape: (number | string)[]): ValueInfo => ({ name, dtype: "f32", shape });
const names = (...given: Parameters<typeof resolveSizes>) => resolveSizes(...given).map(({ name }) => name);
const sizes = (each: Record<string, number>) => new Map(Object.entries(each));

test("a model of fixed sizes has one set of shapes", () => {
  const fixed = input("images", 1, 3, 64, 96);
  expect(resolveSizes([fixed])).toEqual([{ name: "1x3x64x96", inputs: [fixed] }]);
});

test("free sizes get three sets that differ in every axis, in multiples of the stride", () => {
  const free = [input("images", "batch", 3, "height", "width")];
  expect(names(free)).toEqual(["1x3x320x320", "2x3x256x192", "3x3x64x96"]);
  expect(names(free, { stride: 64 })).toEqual(["1x3x320x320", "2x3x256x192", "3x3x64x128"]);
  expect(names(free, { stride: 224 })).toEqual(["1x3x448x448", "2x3x224x448", "3x3x224x224"]);
  expect(names([input("images", 1, 3, 320, "width")])).toEqual(["1x3x320x320", "1x3x320x192", "1x3x320x96"]);
});

test("axes without a name go by their place", () => {
  expect(names([input("images", "", 3, "", "")])).toEqual(["1x3x320x320", "2x3x256x192", "3x3x64x96"]);
  expect(names([input("images", "N", 3, "", ""), input("scale", "N", 2)])).toEqual([
    "1x3x320x320, 1x2",
    "2x3x256x192, 2x2",
    "3x3x64x96, 3x2",
  ]);
});

test("a formula says the step, and its axis goes by its place", () => {
  const free = [input("images", "batch", 3, "64*h", "32*w")];
  expect(names(free)).toEqual(["1x3x320x320", "2x3x256x192", "3x3x64x96"]);
  expect(names(free, { stride: 16, sizes: [sizes({ height: 128, width: 96 })] })).toEqual(["1x3x128x96"]);
  expect(() => names(free, { sizes: [sizes({ height: 96 })] })).toThrow(
    "verify/size: height is 96, expected a whole number above 0, a multiple of the stride 64 - the next one is 128",
  );
});

test("asked sizes replace the usual ones; what they leave out stays usual", () => {
  const free = [input("images", "batch", 3, "height", "width")];
  expect(names(free, { sizes: [sizes({ height: 64, width: 128 }), sizes({ batch: 4 })] })).toEqual([
    "1x3x64x128",
    "4x3x256x192",
  ]);
  expect(names(free, { sizes: [sizes({ batch: 1 }), sizes({ batch: 1, height: 320, width: 320 })] })).toHaveLength(1);
});

test.each([
  [{ heigth: 64 }, 'verify/size: the model leaves no size "heigth" open - its free sizes are batch, height, width'],
  [
    { height: 100 },
    "verify/size: height is 100, expected a whole number above 0, a multiple of the stride 32 - the next one is 128",
  ],
  [{ batch: 0 }, "verify/size: batch is 0, expected a whole number above 0"],
  [{ batch: 1.5 }, "verify/size: batch is 1.5, expected a whole number above 0"],
])("sizes of %j are an error", (wanted, message) => {
  const free = [input("images", "batch", 3, "height", "width")];
  expect(() => resolveSizes(free, { sizes: [sizes(wanted)] })).toThrow(message);
});

test("a free axis that is no batch, height or width needs to be told", () => {
  const tokens = [input("tokens", "batch", "", 8)];
  expect(() => resolveSizes(tokens)).toThrow("verify/size: the model leaves the size tokens[1] open");
  expect(names(tokens, { sizes: [sizes({ "tokens[1]": 7 })] })).toEqual(["1x7x8"]);
});
