import { expect, test } from "@jest/globals";
import { uniformStream } from "@yolo-compile/core";
import { histogramOf, meanSquareRange, percentileRange } from "./histogram.js";

/** Sums of four uniform numbers, which are rarely far from 0, and one outlier. */
function numbers(outlier: number): Float64Array {
  const next = uniformStream(1);
  const one = (): number => next() + next() + next() + next() - 2;
  return Float64Array.from({ length: 20000 }, (_, index) => (index === 0 ? outlier : one()));
}

const filled = (values: Float64Array) => {
  const histogram = histogramOf({ min: Math.min(...values), max: Math.max(...values) });
  histogram.add(values);
  return histogram;
};

test("a percentile leaves out the ten-thousandth part of the numbers on either side", () => {
  const values = numbers(100);
  const { min, max } = percentileRange(filled(values));
  const outside = values.filter((value) => value < min || value > max).length;
  expect(max).toBeLessThan(3);
  expect(outside).toBeGreaterThanOrEqual(1);
  expect(outside).toBeLessThanOrEqual(4 + 2 * 40); // a bin of 0.05 at either end
});

test("the least mean square gives an outlier up for the others' sake, and nothing where there is none", () => {
  const [far, near] = [meanSquareRange(filled(numbers(8))), meanSquareRange(filled(numbers(0)))];
  expect(far.max).toBeLessThan(8);
  expect(near.max - near.min).toBeGreaterThan(3);
  const clipped = (range: { min: number; max: number }, values: Float64Array): number => {
    const step = (range.max - range.min) / 255;
    return values.reduce((sum, value) => {
      const inside = Math.min(range.max, Math.max(range.min, value));
      return sum + (value - Math.round(inside / step) * step) ** 2;
    }, 0);
  };
  const values = numbers(8);
  expect(clipped(far, values)).toBeLessThanOrEqual(clipped({ min: Math.min(...values), max: 8 }, values));
});

test("numbers that are all one are in the range", () => {
  const histogram = filled(new Float64Array(10).fill(2));
  expect(percentileRange(histogram)).toMatchObject({ min: 2 });
  expect(meanSquareRange(histogram).max).toBe(2);
});
