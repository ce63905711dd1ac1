import type { Detection } from "./detection.js";
import { boxOverlap } from "./overlap.js";

/** One object of both lists, by its place in each. */
export interface DetectionPair {
  readonly reference: number;
  readonly candidate: number;
  readonly iou: number;
}

/** Boxes that share less than half of their joint area are two objects, not one that moved. */
const SAME_OBJECT = 0.5;

/**
 * The pairs that are the same object, in the order of the reference: those that overlap most first, each detection once;
 * within classes first, then across them among what is left.
 */
export function matchDetections(reference: readonly Detection[], candidate: readonly Detection[]): DetectionPair[] {
  const free = { reference: new Set(reference.keys()), candidate: new Set(candidate.keys()) };
  const pairs: DetectionPair[] = [];
  for (const sameClass of [true, false])
    for (const pair of overlapping(reference, candidate, free, sameClass))
      if (free.reference.has(pair.reference) && free.candidate.has(pair.candidate)) {
        free.reference.delete(pair.reference);
        free.candidate.delete(pair.candidate);
        pairs.push(pair);
      }
  return pairs.sort((a, b) => a.reference - b.reference);
}

interface Unmatched {
  readonly reference: ReadonlySet<number>;
  readonly candidate: ReadonlySet<number>;
}

function overlapping(
  reference: readonly Detection[],
  candidate: readonly Detection[],
  free: Unmatched,
  sameClass: boolean,
): DetectionPair[] {
  const found: DetectionPair[] = [];
  for (const a of free.reference)
    for (const b of free.candidate) {
      if ((reference[a]!.classIndex === candidate[b]!.classIndex) !== sameClass) continue;
      const iou = boxOverlap(reference[a]!.box, candidate[b]!.box);
      if (iou >= SAME_OBJECT) found.push({ reference: a, candidate: b, iou });
    }
  const scoreDelta = (pair: DetectionPair): number =>
    Math.abs(reference[pair.reference]!.score - candidate[pair.candidate]!.score);
  return found.sort((a, b) => b.iou - a.iou || scoreDelta(a) - scoreDelta(b));
}
