import type { Tolerance } from "../report.js";
import { shareOfTolerance } from "../share-of-tolerance.js";
import { formatTolerance } from "./figures.js";

/** An error in comparison with its tolerance, in words: `3.8 times below the tolerance of 1e-4`. */
export function marginText(error: number, { relative }: Pick<Tolerance, "relative">): string {
  const tolerance = `the tolerance of ${formatTolerance(relative)}`;
  if (!Number.isFinite(error)) return `no finite difference, so beyond ${tolerance}`;
  if (error === 0) return "no difference at all";
  if (relative === 0) return "no difference is allowed";
  const used = shareOfTolerance(error, relative);
  if (used <= 1) return used > 0.95 ? `just within ${tolerance}` : `${times(1 / used)} below ${tolerance}`;
  return used < 1.05 ? `just beyond ${tolerance}` : `${times(used)} ${tolerance}`;
}

function times(factor: number): string {
  if (factor >= 1e6) return `${factor.toExponential(0)} times`;
  return `${factor >= 100 ? Math.round(factor).toLocaleString("en-US") : factor.toPrecision(2)} times`;
}
