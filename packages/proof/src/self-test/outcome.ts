import type { PartName } from "@yolo-compile/core";
import type { Mutant } from "./mutation.js";

/** The worst difference that a run showed. */
export interface Sighting {
  /** The name of the input. */
  readonly input: string;
  readonly output: string;
  readonly part: PartName;
  readonly maxRel: number;
  readonly nonFinite: number;
  /** The bound of `maxRel` there. */
  readonly allowed: number;
  /** The error as a multiple of its bound; over 1 it fails. */
  readonly excess: number;
}

/** The outcome of judging one mutant. */
export type MutantOutcome =
  /** The check refuses it. */
  | { readonly kind: "caught"; readonly sighting: Sighting }
  /** It computes something else that float32 can tell, and nothing exceeded the tolerance. */
  | { readonly kind: "survived"; readonly sighting: Sighting }
  /** It computes the same: that is certain. */
  | { readonly kind: "equivalent"; readonly proof: string }
  /** Its outputs equal those of the unchanged graph bit for bit on every input: perhaps it computes the same. */
  | { readonly kind: "indistinguishable" }
  /**
   * It moves no part of any output as far as other last bits of the weights do: what it computes is the same but for
   * rounding. `share` is the largest, of what those do.
   */
  | { readonly kind: "faint"; readonly share: number }
  /** It cannot be written or run, so nobody could be fooled by it. */
  | { readonly kind: "refused"; readonly reason: string };

/** A mutant without its graph, and its outcome. */
export interface JudgedMutant extends Pick<Mutant, "operator" | "where" | "change"> {
  readonly outcome: MutantOutcome;
}

/** The outcomes of all mutants, and the largest difference of the unchanged graph. */
export interface SelfTestResult {
  readonly mutants: readonly JudgedMutant[];
  readonly counts: Readonly<Record<MutantOutcome["kind"], number>>;
  /** The share of caught mutants among those that are known to compute something else, 0 to 1. */
  readonly score: number;
  /** The largest difference of the unchanged graph. */
  readonly baseline: Sighting;
  /** The caught mutant that came closest to passing. */
  readonly weakest?: JudgedMutant;
}

/** Whether a mutant is known to compute something else. */
export const changesFunction = ({ kind }: MutantOutcome): boolean => kind === "caught" || kind === "survived";

/** Counts outcomes; the score is 1 where no mutant was caught or survived. */
export function summarizeOutcomes(mutants: readonly JudgedMutant[], baseline: Sighting): SelfTestResult {
  const counts = { caught: 0, survived: 0, equivalent: 0, indistinguishable: 0, faint: 0, refused: 0 };
  for (const { outcome } of mutants) counts[outcome.kind]++;
  const known = counts.caught + counts.survived;
  const margin = ({ outcome }: JudgedMutant): number =>
    outcome.kind === "caught" ? outcome.sighting.excess : Number.POSITIVE_INFINITY;
  const [weakest] = mutants.filter(({ outcome }) => outcome.kind === "caught").sort((a, b) => margin(a) - margin(b));
  return { mutants, counts, score: known > 0 ? counts.caught / known : 1, baseline, ...(weakest && { weakest }) };
}
