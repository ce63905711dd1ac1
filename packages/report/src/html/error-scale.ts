import { scaleLog } from "d3-scale";
import { formatTolerance } from "./figures.js";

/**
 * A logarithmic axis for errors, in percent of its width. Zero, and errors that are not finite, have lanes of their own at
 * its ends.
 */
export interface ErrorScale {
  readonly place: (error: number) => number;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
}

/** Width of the lane of zeros and of that of errors that are not finite. */
const LANE = 9;

/** Decades that an axis shows at least, so that like errors look alike. */
const FEWEST_DECADES = 3;

/** Powers of ten that a double has in full. */
const LAST_DECADE = 300;

const decadeOf = (error: number): number =>
  Math.max(-LAST_DECADE, Math.min(LAST_DECADE, Math.floor(Math.log10(error))));

/** An axis that holds all `errors` and shows up to `count` decades. */
export function errorScale(errors: readonly number[], count = 6): ErrorScale {
  const drawn = errors.filter((error) => error > 0 && Number.isFinite(error)).map(decadeOf);
  const top = drawn.length > 0 ? Math.max(...drawn) + 1 : 0;
  const bottom = Math.min(drawn.length > 0 ? Math.min(...drawn) : 0, top - FEWEST_DECADES);
  const start = errors.includes(0) ? LANE : 0;
  const end = errors.every(Number.isFinite) ? 100 : 100 - LANE;
  const scale = scaleLog([10 ** bottom, 10 ** top], [start, end]).clamp(true);
  const step = Math.ceil((top - bottom) / count);
  const decades = Array.from({ length: top - bottom + 1 }, (_, index) => bottom + index);
  return {
    place: (error) => (error <= 0 ? 0 : Number.isFinite(error) ? scale(error) : 100),
    ticks: [
      ...(start > 0 ? [{ at: 0, label: "0" }] : []),
      ...decades
        .filter((decade) => (top - decade) % step === 0)
        .map((decade) => ({ at: scale(10 ** decade), label: formatTolerance(10 ** decade) })),
      ...(end < 100 ? [{ at: 100, label: "NaN, ∞" }] : []),
    ],
  };
}

/**
 * The heat of an error, from 0 to 1: 0 at four decades below the tolerance or more, 1 at the tolerance, beyond it, and
 * where the error is not finite.
 */
export function heatOf(error: number, tolerance: number): number {
  if (error === 0) return 0;
  if (!(error <= tolerance)) return 1;
  return Math.min(1, Math.max(0, 1 + Math.log10(error / tolerance) / 4));
}
