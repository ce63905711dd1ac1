/** A median, and the interval in which the true one lies in 95 of 100 cases. */
export interface Estimate {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** The normal distribution's share of 95 of 100. */
const QUANTILE = 1.96;

/**
 * The median of numbers, of which there is at least one, and the interval between two of them in order: how many of n lie
 * below the true median is binomial, so that nothing is assumed of how they are distributed. Few numbers give their own range.
 */
export function estimateMedian(numbers: readonly number[]): Estimate {
  const sorted = [...numbers].sort((a, b) => a - b);
  const { length } = sorted;
  const middle = (length - 1) / 2;
  const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
  const first = Math.max(0, Math.floor((length - QUANTILE * Math.sqrt(length)) / 2));
  return { median, low: sorted[first]!, high: sorted[length - 1 - first]! };
}
