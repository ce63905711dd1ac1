import type { Check, ComparedCheck } from "../report.js";
import { strain } from "./error-scale.js";

/** The checks that were made, in the order given. */
export const comparedOf = (checks: readonly Check[]): readonly ComparedCheck[] =>
  checks.filter((check): check is ComparedCheck => check.status === "compared");

/** Sorts failed checks first, then by the share of the tolerance that they use. */
export function byStrain(left: ComparedCheck, right: ComparedCheck): number {
  if (left.ok !== right.ok) return left.ok ? 1 : -1;
  const [a, b] = [strainOf(left), strainOf(right)];
  return a === b ? 0 : b - a;
}

/** The comparison that decides the verdict: the first by {@link byStrain}. */
export const worstCheck = (checks: readonly Check[]): ComparedCheck | undefined =>
  [...comparedOf(checks)].sort(byStrain)[0];

const strainOf = ({ maxRel, tolerance }: ComparedCheck): number => strain(maxRel, tolerance.relative);
