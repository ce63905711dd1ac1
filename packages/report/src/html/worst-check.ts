import type { Check, ComparedCheck } from "../report.js";
import { strain } from "./error-scale.js";

/** Those that were made, in the order given. */
export const comparedOf = (checks: readonly Check[]): readonly ComparedCheck[] =>
  checks.filter((check): check is ComparedCheck => check.status === "compared");

/** Those that failed first, then by how much of the tolerance they use. */
export function byStrain(left: ComparedCheck, right: ComparedCheck): number {
  if (left.ok !== right.ok) return left.ok ? 1 : -1;
  const [a, b] = [strainOf(left), strainOf(right)];
  return a === b ? 0 : b - a;
}

/** The comparison that says most about the verdict. */
export const worstCheck = (checks: readonly Check[]): ComparedCheck | undefined =>
  [...comparedOf(checks)].sort(byStrain)[0];

const strainOf = ({ maxRel, tolerance }: ComparedCheck): number => strain(maxRel, tolerance.relative);
