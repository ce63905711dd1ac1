import { ceilDivide, divideSizes, isFixed, leastCommonMultiple, leastValue, type Size } from "@yolo-compile/core";
import { mapSizeOpen, wholeMapOpen } from "./diagnostics.js";
import type { BackboneSettings } from "./settings.js";

/** Pixels along one side of a token, at each stage. */
function stageStrides({ stemStride, stages }: BackboneSettings): number[] {
  let stride = stemStride;
  return stages.map(({ halvedAfter }) => {
    const own = stride;
    if (halvedAfter) stride *= 2;
    return own;
  });
}

/** The pixels in which an open side may count so that each stage's map is a whole number of windows. */
const workingStep = (settings: BackboneSettings): number =>
  stageStrides(settings)
    .map((stride, stage) => stride * settings.stages[stage]!.window)
    .reduce(leastCommonMultiple);

/**
 * Checks an image of which a side is open: the padding of windows must not depend on it, and no map may be seen whole at some
 * sizes and cut at others unless that is the same.
 * @throws efficientvit/open-size
 */
export function checkOpenMaps(
  settings: BackboneSettings,
  tables: readonly number[],
  image: readonly [height: Size, width: Size],
): void {
  const strides = stageStrides(settings);
  for (const [stage, { window }] of settings.stages.entries()) {
    const map = image.map((side) => ceilDivide(side, strides[stage]!));
    for (const [axis, side] of image.entries()) {
      if (isFixed(side)) continue;
      const tokens = map[axis];
      if (tokens === undefined || divideSizes(tokens, window) === undefined)
        throw mapSizeOpen(axis === 0 ? "height" : "width", side, { stage, window, step: workingStep(settings) });
    }
    const [least, most] = map.map((side) => leastValue(side!)).sort((a, b) => a - b) as [number, number]; // each has a formula
    const table = tables[stage]!;
    if (table !== window || (most <= window && least * most !== table ** 2))
      throw wholeMapOpen(image, { stage, window, table });
  }
}
