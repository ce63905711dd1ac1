/** The error as a multiple of its tolerance; infinite where it is not finite, or where none is allowed. */
export function shareOfTolerance(error: number, tolerance: number): number {
  if (error === 0) return 0;
  return Number.isFinite(error) ? error / tolerance : Number.POSITIVE_INFINITY;
}
