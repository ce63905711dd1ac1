import { sameShape, type Tensor, toFloat64 } from "@yolo-compile/core";
import { shapesDiffer } from "./diagnostics.js";

/** How far two tensors are apart. */
export interface Difference {
  /** Largest |candidate - reference|. */
  readonly maxAbs: number;
  /** Largest |candidate - reference| / scale; 1e-4 is a hundredth of a percent of what the column can show. */
  readonly maxRel: number;
  /** Flat index of the element with the largest `maxRel`; -1 where all are equal. */
  readonly worst: number;
  /** Elements that are NaN or infinite in one tensor, or NaN in both. */
  readonly nonFinite: number;
}

/** Below this share of the whole output's range, a column's own scale counts no more. */
const LEAST_SCALE = 1e-3;

/**
 * Compares element by element. The scale of an error is the largest magnitude of the reference in the same column of the
 * last axis, so that a detector's scores (0…1) are judged apart from its boxes (pixels); but at least a thousandth of the
 * largest magnitude overall. Tensors with fewer than three axes count as one column.
 * @throws verify/shape
 */
export function compareTensors(output: string, reference: Tensor, candidate: Tensor): Difference {
  if (!sameShape(reference.shape, candidate.shape)) throw shapesDiffer(output, reference, candidate);
  const expected = toFloat64(reference);
  const found = toFloat64(candidate);
  const columns = reference.shape.length >= 3 ? reference.shape.at(-1)! : 1;
  const scales = columnScales(expected, columns);
  const result = { maxAbs: 0, maxRel: 0, worst: -1, nonFinite: 0 };
  for (let index = 0; index < expected.length; index++) {
    const error = Math.abs(found[index]! - expected[index]!);
    if (Number.isFinite(error)) {
      const relative = error === 0 ? 0 : error / scales[index % columns]!;
      result.maxAbs = Math.max(result.maxAbs, error);
      if (relative > result.maxRel) {
        result.maxRel = relative;
        result.worst = index;
      }
    } else if (found[index] !== expected[index]) result.nonFinite++;
  }
  return result;
}

function columnScales(values: Float64Array, columns: number): Float64Array {
  const scales = new Float64Array(columns);
  let largest = 0;
  for (let index = 0; index < values.length; index++) {
    const magnitude = Math.abs(values[index]!);
    if (!Number.isFinite(magnitude)) continue;
    const column = index % columns;
    if (magnitude > scales[column]!) scales[column] = magnitude;
    if (magnitude > largest) largest = magnitude;
  }
  return scales.map((scale) => Math.max(scale, largest * LEAST_SCALE));
}
