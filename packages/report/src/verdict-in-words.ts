import { formatTolerance, plural } from "./html/figures.js";
import type { Check, ComparedCheck } from "./report.js";
import { shareOfTolerance } from "./share-of-tolerance.js";
import { comparedOf, worstCheck } from "./worst-check.js";

/**
 * The verdict in plain words, in the judge's own units: `PASSED: differs by 9.1e-6 of the box’s longer side (size), 11 times
 * less than allowed`. `problems` are those that no check of an output shows.
 */
export function verdictInWords(ok: boolean, checks: readonly Check[], problems: readonly string[] = []): string {
  const outputs = outputsInWords(checks);
  const failed = comparedOf(checks).some((check) => !check.ok);
  const said = ok || failed ? [...outputs, ...problems] : problems;
  return `${ok ? "PASSED" : "FAILED"}: ${said.join("; ") || "no outputs were compared"}`;
}

function outputsInWords(checks: readonly Check[]): readonly string[] {
  const compared = comparedOf(checks);
  const worst = worstCheck(checks);
  if (!worst) return [];
  if (worst.nonFinite > 0) return [`${plural(worst.nonFinite, "number")} of ${worst.output} ${are(worst)} not finite`];
  if (compared.every(({ maxAbs }) => maxAbs === 0)) return ["the same numbers, bit for bit"];
  if (!Number.isFinite(worst.allowed)) return [];
  const failed = compared.filter(({ ok }) => !ok).length;
  const { name, relative } = worst.tolerance;
  const limit = failed > 0 ? ` (${name}, ${formatTolerance(relative)})` : "";
  const where = failed > 0 ? `, in ${failed} of ${plural(compared.length, "comparison")}` : "";
  return [
    `differs by ${worst.maxRel.toExponential(1)} of ${worst.unit} (${worst.part}), ${margin(worst)}${limit}${where}`,
  ];
}

const are = ({ nonFinite }: ComparedCheck): string => (nonFinite === 1 ? "is" : "are");

function margin({ maxRel, allowed }: ComparedCheck): string {
  if (maxRel === 0) return "with no difference in its unit";
  if (allowed === 0) return "where nothing is allowed";
  const share = shareOfTolerance(maxRel, allowed);
  if (share > 0.95 && share < 1.05) return share <= 1 ? "just within what is allowed" : "just beyond what is allowed";
  return share <= 1 ? `${factor(1 / share)} times less than allowed` : `${factor(share)} times more than allowed`;
}

/** Two digits, without an exponent up to a million. */
const factor = (times: number): string =>
  times >= 1e6 ? times.toExponential(0) : times >= 10 ? String(Math.round(times)) : times.toPrecision(2);
