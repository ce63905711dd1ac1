import type { Tensor } from "@yolo-compile/core";
import { compareTensors, type Difference, type PartDifference } from "./compare.js";
import { type JudgedLayout, singlePart } from "./guess-layout.js";
import { fitsShape } from "./output-grid.js";
import type { ExpectedCase } from "./run-reference.js";
import type { OptimizationLevel } from "./session.js";
import { allowedError, type Tolerance, WIDEST } from "./tolerance.js";

/** The difference of one part of an output, and its bound. */
export interface PartComparison extends PartDifference {
  /** The bound of `maxRel`. */
  readonly allowed: number;
  /**
   * The difference of the reference's own outputs when the last bits of the input change; measured where the tolerance is
   * exceeded.
   */
  readonly moved?: number;
}

/** The circumstances of a comparison. */
export interface ComparisonSetup {
  /** The name of the input. */
  readonly input: string;
  readonly provider: string;
  readonly level: OptimizationLevel;
  readonly tolerance: Tolerance;
}

/** One output of the candidate, on one provider at one level of ONNX Runtime's rewriting, against the reference. */
export interface OutputComparison extends ComparisonSetup, Omit<Difference, "parts"> {
  readonly output: string;
  readonly parts: readonly PartComparison[];
  /** The part that is furthest beyond its bound, or else closest to it. */
  readonly decisive: PartComparison;
  readonly ok: boolean;
}

/** The error of a part as a multiple of its bound; over 1 it fails. */
export const excess = ({ maxRel, nonFinite, allowed }: PartComparison): number => {
  if (nonFinite > 0) return Number.POSITIVE_INFINITY;
  return maxRel === 0 ? 0 : maxRel / allowed;
};

/** Whether a part judges the candidate: not where more than {@link WIDEST} is allowed. */
export const isTelling = ({ moved, allowed }: PartComparison): boolean => moved === undefined || allowed <= WIDEST;

/**
 * Compares one output. Where the tolerance is exceeded, the reference runs again with other last bits of its input, and the
 * bound is {@link allowedError} of its own difference.
 * @throws verify/shape, runtime/…
 */
export async function judgeOutput(
  output: string,
  { outputs, shaken }: ExpectedCase,
  candidate: Tensor,
  { layout }: JudgedLayout,
  subject: ComparisonSetup,
): Promise<OutputComparison> {
  const reference = outputs.get(output)!; // outputs are walked by their names
  const used = fitsShape(layout, reference.shape) ? layout : singlePart(output, reference.shape);
  const { parts: differences, ...difference } = compareTensors(output, reference, candidate, used);
  const strict = differences.map((part): PartComparison => ({ ...part, allowed: subject.tolerance.relative }));
  const isOver = strict.some((part) => part.nonFinite === 0 && excess(part) > 1);
  const moves = isOver && shaken ? await movesOf(output, reference, used, await shaken()) : undefined;
  const parts = moves ? strict.map((part, index) => widened(part, moves[index]!, subject.tolerance)) : strict;
  const decisive = parts.reduce((worst, part) => (excess(part) > excess(worst) ? part : worst));
  return { ...subject, output, ...difference, parts, decisive, ok: excess(decisive) <= 1 };
}

/** The largest difference of each part of an output among the reference's outputs for inputs with other last bits. */
function movesOf(
  output: string,
  reference: Tensor,
  layout: JudgedLayout["layout"],
  answers: readonly ExpectedCase["outputs"][],
): readonly number[] {
  const compared = answers.map((each) => compareTensors(output, reference, each.get(output)!, layout).parts);
  return layout.parts.map((_, part) => Math.max(...compared.map((parts) => parts[part]!.maxRel)));
}

const widened = (part: PartComparison, moved: number, tolerance: Tolerance): PartComparison =>
  excess(part) <= 1 ? part : { ...part, moved, allowed: allowedError(tolerance, moved) };
