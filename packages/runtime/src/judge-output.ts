import type { OutputLayout, Tensor } from "@yolo-compile/core";
import { compareTensors, type Difference, numbersOf, type PartDifference } from "./compare.js";
import { type JudgedLayout, singlePart } from "./guess-layout.js";
import { STEPS } from "./last-bits.js";
import { addsUpToOne, fitsShape, gridOf, placeParts } from "./output-grid.js";
import type { ExpectedCase, ShakenOutputs, Tensors } from "./run-reference.js";
import type { OptimizationLevel } from "./session.js";
import { allowedError, allowedRms, type Tolerance, WIDEST } from "./tolerance.js";

/** The difference of one part of an output, and its bound. */
export interface PartComparison extends PartDifference {
  /** The bound of `maxRel`. Where `rms` is over its own bound, as much lower than else as `rms` is over that. */
  readonly allowed: number;
  /** The bound of `rms`, where that is exceeded. */
  readonly allowedRms?: number;
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
 * Compares one output. Where the tolerance is exceeded, the reference runs again with other last bits, and the bounds are
 * {@link allowedError} and {@link allowedRms} of its own difference.
 * @throws verify/shape, runtime/…
 */
export async function judgeOutput(
  output: string,
  { outputs, shaken, shakenMore }: ExpectedCase,
  candidate: Tensor,
  { layout }: JudgedLayout,
  subject: ComparisonSetup,
): Promise<OutputComparison> {
  const reference = outputs.get(output)!; // outputs are walked by their names
  const used = fitsShape(layout, reference.shape) ? layout : singlePart(output, reference.shape);
  const { parts: differences, ...difference } = compareTensors(output, reference, candidate, used);
  const { tolerance } = subject;
  const strict = differences.map((part): PartComparison => ({ ...part, allowed: tolerance.relative }));
  const quiet = quietRms(reference, used, tolerance);
  const isOver = strict.some((part, at) => part.nonFinite === 0 && (excess(part) > 1 || part.rms > quiet[at]!));
  const boundedBy = (answers: ShakenOutputs): readonly PartComparison[] => {
    const moves = movesOf(output, reference, used, answers);
    return strict.map((part, at) => bounded(part, moves[at]!, tolerance, quiet[at]!));
  };
  const usual = isOver && shaken ? boundedBy(await shaken()) : strict;
  const isMoreNeeded = shakenMore && usual.some((part) => isWild(part, tolerance));
  const parts = isMoreNeeded ? boundedBy(await shakenMore()).map((part, at) => asTelling(part, usual[at]!)) : usual;
  const decisive = parts.reduce((worst, part) => (excess(part) > excess(worst) ? part : worst));
  return { ...subject, output, ...difference, parts, decisive, ok: excess(decisive) <= 1 };
}

/** Whether a part fails where last bits alone would exceed the tolerance by a few seeds' measure. */
const isWild = (part: PartComparison, tolerance: Tolerance): boolean =>
  part.nonFinite === 0 && excess(part) > 1 && allowedError(tolerance, part.moved) > tolerance.relative;

/** More seeds never make an input tell nothing about a part: of one that it judged, the widest bound is allowed. */
const asTelling = (part: PartComparison, usual: PartComparison): PartComparison =>
  isTelling(usual) && !isTelling(part) ? { ...part, allowed: WIDEST } : part;

/** ONNX Runtime's sigmoid alone makes up to twice as much of a score near 0 as arithmetic does of other numbers. */
const SIGMOID = 2.5;

/** The root mean square of each part that is not questioned. Probabilities that add up to 1 are no sigmoid's but a Softmax's. */
const quietRms = (
  reference: Tensor,
  layout: OutputLayout,
  { rms = Number.POSITIVE_INFINITY }: Tolerance,
): readonly number[] => {
  const [numbers, grid] = [numbersOf(reference), gridOf(reference.shape, layout.axis)];
  return placeParts(layout).map((part) =>
    part.kind === "probability" && !addsUpToOne(numbers, grid, part) ? SIGMOID * rms : rms,
  );
};

/** How far a part of the reference's output moves when last bits change. */
interface Moves {
  /** In the largest of its numbers. */
  readonly most: number;
  /** As a root mean square, for one float of each constant; left out where these were not shaken. */
  readonly rms?: number;
}

function movesOf(
  output: string,
  reference: Tensor,
  layout: JudgedLayout["layout"],
  { byInput, byConstants }: ShakenOutputs,
): readonly Moves[] {
  const partsIn = (answer: Tensors) => compareTensors(output, reference, answer.get(output)!, layout).parts;
  const inputs = byInput.map(partsIn);
  const constants = byConstants?.map(partsIn);
  return layout.parts.map((_, at): Moves => {
    const most = Math.max(...[...inputs, ...(constants ?? [])].map((parts) => parts[at]!.maxRel));
    if (!constants) return { most };
    const byOneFloat = constants.map((parts) => parts[at]!.rms / STEPS);
    return { most, rms: Math.max(...byOneFloat, ...inputs.map((parts) => parts[at]!.rms)) };
  });
}

function bounded(part: PartComparison, moves: Moves, tolerance: Tolerance, quiet: number): PartComparison {
  const wide = excess(part) <= 1 ? part : { ...part, moved: moves.most, allowed: allowedError(tolerance, moves.most) };
  if (part.rms <= quiet || moves.rms === undefined || !isTelling(wide)) return wide;
  const most = allowedRms(quiet, moves.rms);
  if (part.rms <= most) return wide;
  const allowed = Math.min(wide.allowed, (part.maxRel * most) / part.rms);
  return { ...wide, moved: moves.most, allowed, allowedRms: most };
}
