import { expect, test } from "@jest/globals";
import { readSettings, settingsArguments, VARIANTS } from "./settings.js";
import { sidesWithoutWaste, stageMaps, wastedShare } from "./windows.js";

const m0 = readSettings(settingsArguments([], "EfficientViT_M0", "backbone[0]"), VARIANTS.get("M0")!);
const own = { ...m0, stemStride: 16 as const };

test("stages have maps of 1/8, 1/16 and 1/32, padded to whole windows", () => {
  expect(
    stageMaps(m0, [640, 320]).map(({ height, width, paddedHeight, paddedWidth }) => [
      height,
      width,
      paddedHeight,
      paddedWidth,
    ]),
  ).toEqual([
    [80, 40, 84, 42],
    [40, 20, 42, 21],
    [20, 10, 21, 14],
  ]);
});

test("Microsoft's own stem gives 1/16, 1/32 and 1/64, and a map that a window covers is not padded", () => {
  expect(stageMaps(own, [224, 224]).map(({ height, paddedHeight }) => [height, paddedHeight])).toEqual([
    [14, 14],
    [7, 7],
    [4, 4],
  ]);
});

test("the wasted share is that of padded tokens", () => {
  const [first] = stageMaps(m0, [640, 640]);
  expect(wastedShare(first!)).toBeCloseTo(1 - 80 ** 2 / 84 ** 2, 12);
});

test("sides without waste are multiples of window times stride", () => {
  expect(sidesWithoutWaste(m0, 640, 3)).toEqual([672, 896, 1120]);
  expect(sidesWithoutWaste(own, 640, 1)).toEqual([896]);
});
