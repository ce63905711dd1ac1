import type { Range } from "@yolo-compile/passes";

const BINS = 2048;

/** The share of numbers that a percentile leaves out on either side. */
const LEFT_OUT = 1e-4;

/** Counts of numbers in bins of one width from `min` on. */
export interface Histogram extends Range {
  readonly counts: Float64Array;
  /** Adds numbers within the range. */
  add(numbers: Float64Array): void;
}

/** An empty histogram over a range. */
export function histogramOf({ min, max }: Range): Histogram {
  const counts = new Float64Array(BINS);
  const perUnit = BINS / (max - min || 1);
  return {
    min,
    max,
    counts,
    add: (numbers) => {
      for (const number of numbers) {
        const bin = Math.min(BINS - 1, Math.max(0, Math.floor((number - min) * perUnit)));
        counts[bin]! += 1;
      }
    },
  };
}

/** The range without the ten-thousandth part of the numbers on either side. */
export function percentileRange({ min, max, counts }: Histogram): Range {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const width = (max - min) / BINS;
  const reach = (order: readonly number[]): number => {
    let left = LEFT_OUT * total;
    for (const bin of order) {
      left -= counts[bin]!;
      if (left < 0) return bin;
    }
    return order.at(-1)!;
  };
  const bins = [...counts.keys()];
  return { min: min + width * reach(bins), max: min + width * (reach([...bins].reverse()) + 1) };
}

/** The integers of 8 bits, less one. */
const STEPS = 255;

/** The shares of a range that are tried. */
const SHARES = Array.from({ length: 40 }, (_, index) => 1 - index / 50);

/** The share of the range, towards zero, with the least mean square of what rounding and clipping change. */
export function meanSquareRange(histogram: Histogram): Range {
  const ranges = SHARES.map((share) => ({ min: histogram.min * share, max: histogram.max * share }));
  const errors = ranges.map((range) => squareError(histogram, range));
  return ranges[errors.indexOf(Math.min(...errors))]!;
}

/** Rounding to a step is off by a twelfth of its square on average; what is clipped is off by its distance. */
function squareError({ min, max, counts }: Histogram, range: Range): number {
  const width = (max - min) / BINS;
  const step = (Math.max(range.max, 0) - Math.min(range.min, 0)) / STEPS;
  return counts.reduce((sum, count, bin) => {
    const number = min + (bin + 0.5) * width;
    const beyond = Math.max(range.min - number, number - range.max, 0);
    return sum + count * (beyond > 0 ? beyond ** 2 : step ** 2 / 12);
  }, 0);
}

/** How a range is made of the numbers that a value takes on the pictures. */
export const CALIBRATIONS = {
  /** The least and the largest. */
  minmax: undefined,
  /** Those that all but one of ten thousand numbers on either side lie between. */
  percentile: percentileRange,
  /** Those with the least mean square of what rounding and clipping change. */
  mse: meanSquareRange,
} as const satisfies Record<string, ((histogram: Histogram) => Range) | undefined>;

/** A key of {@link CALIBRATIONS}. */
export type Calibration = keyof typeof CALIBRATIONS;
