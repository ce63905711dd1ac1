import type { Check, ComparedCheck } from "./report.js";
import { shareOfTolerance } from "./share-of-tolerance.js";

/** The checks that were made, in the order given. */
export const comparedOf = (checks: readonly Check[]): readonly ComparedCheck[] =>
  checks.filter((check): check is ComparedCheck => check.status === "compared");

/** Sorts failed checks first, then by the share of the tolerance that they use. */
export function worstFirst(left: ComparedCheck, right: ComparedCheck): number {
  if (left.ok !== right.ok) return left.ok ? 1 : -1;
  const [a, b] = [shareOf(left), shareOf(right)];
  return a === b ? 0 : b - a;
}

/** The comparison that decides the verdict: the first by {@link worstFirst}. */
export const worstCheck = (checks: readonly Check[]): ComparedCheck | undefined =>
  [...comparedOf(checks)].sort(worstFirst)[0];

const shareOf = ({ maxRel, tolerance }: ComparedCheck): number => shareOfTolerance(maxRel, tolerance.relative);
