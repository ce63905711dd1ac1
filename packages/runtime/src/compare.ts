import {
  type NumberKind,
  type OutputLayout,
  type PartName,
  sameShape,
  type Tensor,
  toFloat64,
} from "@yolo-compile/core";
import { shapesDiffer } from "./diagnostics.js";
import { guessLayout } from "./guess-layout.js";
import { type Grid, gridOf, type PlacedPart, placeParts } from "./output-grid.js";
import { pairRows } from "./pair-rows.js";
import { type Numbers, rounding, type Unit, unitOf } from "./units.js";

/** The difference of one part of two outputs. */
export interface PartDifference {
  readonly name: PartName;
  readonly kind: NumberKind;
  /** Largest |candidate - reference|. */
  readonly maxAbs: number;
  /** Largest error in the units of its kind, of an element or of a column of probabilities as a whole; see {@link unitOf}. */
  readonly maxRel: number;
  /** Root mean square of the errors of elements, in the same units. */
  readonly rms: number;
  /** Flat index of the element with the largest error; -1 where all are equal. */
  readonly worst: number;
  /** Elements that are NaN or infinite in one tensor, or NaN in both. */
  readonly nonFinite: number;
  /** Of those, elements that are NaN or infinite in the reference. */
  readonly nonFiniteReference: number;
}

/** The difference of two tensors: the worst of their parts. */
export interface Difference extends Pick<PartDifference, "maxAbs" | "maxRel" | "worst" | "nonFinite"> {
  readonly parts: readonly PartDifference[];
}

/**
 * Compares element by element, each part in the units of its kind; rows of chosen boxes by {@link pairRows}. Without a layout, one is guessed from the reference.
 * @throws verify/shape
 */
export function compareTensors(
  output: string,
  reference: Tensor,
  candidate: Tensor,
  layout: OutputLayout = guessLayout(output, [reference]),
): Difference {
  if (!sameShape(reference.shape, candidate.shape)) throw shapesDiffer(output, reference, candidate);
  const expected = numbersOf(reference);
  const sides = { expected, found: pairRows(expected, numbersOf(candidate), reference.shape, layout) };
  const grid = gridOf(reference.shape, layout.axis);
  const placed = placeParts(layout);
  const finest = rounding(candidate.dtype);
  const parts = placed.map((part) =>
    comparePart(sides, grid, part, unitOf(part, placed, grid, sides.expected, finest)),
  );
  return worstOf(parts);
}

/** The elements; float32 are not copied. */
export const numbersOf = (tensor: Tensor): Numbers =>
  tensor.data instanceof Float32Array ? tensor.data : toFloat64(tensor);

const worstOf = (parts: readonly PartDifference[]): Difference => {
  const [worst] = [...parts].sort((a, b) => b.maxRel - a.maxRel);
  return {
    maxAbs: Math.max(0, ...parts.map(({ maxAbs }) => maxAbs)),
    maxRel: worst?.maxRel ?? 0,
    worst: worst?.worst ?? -1,
    nonFinite: parts.reduce((sum, { nonFinite }) => sum + nonFinite, 0),
    parts,
  };
};

interface Sides {
  readonly expected: Numbers;
  readonly found: Numbers;
}

function comparePart({ expected, found }: Sides, grid: Grid, part: PlacedPart, unit: Unit): PartDifference {
  const { outer, columns, inner } = grid;
  const length = part.count * inner;
  const [errors, slopes] = [new Float64Array(part.count), new Float64Array(part.count)];
  const { total } = unit;
  let [maxAbs, maxRel, worst, nonFinite, nonFiniteReference, squares] = [0, 0, -1, 0, 0, 0];
  for (let o = 0; o < outer; o++) {
    const start = (o * columns + part.first) * inner;
    for (let at = 0; at < length; at++) {
      const wanted = expected[start + at]!;
      const given = found[start + at]!;
      const error = Math.abs(given - wanted);
      if (error !== 0) {
        if (error < Number.POSITIVE_INFINITY) {
          const column = inner === 1 ? at : Math.floor(at / inner);
          const relative = error / unit.of(wanted, column, o * inner + (at - column * inner));
          squares += relative * relative;
          if (relative > maxRel) [maxRel, worst] = [relative, start + at];
        } else if (given !== wanted) {
          nonFinite++;
          if (!Number.isFinite(wanted)) nonFiniteReference++;
        }
      }
      if (error > maxAbs && error < Number.POSITIVE_INFINITY) maxAbs = error;
    }
    if (total) addRow(errors, slopes, expected, found, start, inner);
  }
  for (let column = 0; total && column < part.count; column++) {
    const relative = Math.abs(errors[column]!) / total(slopes[column]!, outer * inner);
    if (relative > maxRel && Number.isFinite(relative)) maxRel = relative;
  }
  const rms = Math.sqrt(squares / Math.max(1, outer * length));
  return { name: part.name, kind: part.kind, maxAbs, maxRel, rms, worst, nonFinite, nonFiniteReference };
}

/** Adds one block's errors and slopes to the sums of its columns. */
function addRow(
  errors: Float64Array,
  slopes: Float64Array,
  expected: Numbers,
  found: Numbers,
  start: number,
  inner: number,
): void {
  for (let column = 0, at = start; column < errors.length; column++) {
    let [error, slope] = [0, 0];
    for (const end = at + inner; at < end; at++) {
      const wanted = expected[at]!;
      error += found[at]! - wanted;
      slope += wanted * (1 - wanted);
    }
    errors[column] = errors[column]! + error;
    slopes[column] = slopes[column]! + slope;
  }
}
