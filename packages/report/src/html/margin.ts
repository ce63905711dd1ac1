import { strain } from "./error-scale.js";

/** How far an error is from its tolerance, in words: `3.8 times below the tolerance`. */
export function marginText(error: number, tolerance: number): string {
  if (!Number.isFinite(error)) return "not a finite difference";
  if (error === 0) return "no difference at all";
  if (tolerance === 0) return "no difference is allowed";
  const used = strain(error, tolerance);
  if (used <= 1) return used > 0.95 ? "just within the tolerance" : `${times(1 / used)} below the tolerance`;
  return used < 1.05 ? "just beyond the tolerance" : `${times(used)} the tolerance`;
}

function times(factor: number): string {
  if (factor >= 1e6) return `${factor.toExponential(0)} times`;
  return `${factor >= 100 ? Math.round(factor).toLocaleString("en-US") : factor.toPrecision(2)} times`;
}
