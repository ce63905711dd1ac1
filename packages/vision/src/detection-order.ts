import type { Detection } from "./detection.js";
import type { DetectionPair } from "./match-detections.js";

/** An object whose place among the others changed by more than ties explain; ranks count matched objects alone. */
export interface OrderChange extends DetectionPair {
  readonly referenceRank: number;
  readonly candidateRank: number;
}

/**
 * Objects that passed another one. Two whose scores differ by no more than `tie` in either list may stand in any order:
 * lists that are sorted by score then have no change of order while every score is within `tie`.
 */
export function changedOrder(
  pairs: readonly DetectionPair[],
  reference: readonly Detection[],
  candidate: readonly Detection[],
  tie: number,
): OrderChange[] {
  const order = [...pairs.keys()].sort((a, b) => pairs[a]!.candidate - pairs[b]!.candidate);
  const candidateRank = new Array<number>(pairs.length);
  order.forEach((pair, rank) => {
    candidateRank[pair] = rank;
  });
  const gap = (a: DetectionPair, b: DetectionPair): number =>
    Math.min(
      Math.abs(reference[a.reference]!.score - reference[b.reference]!.score),
      Math.abs(candidate[a.candidate]!.score - candidate[b.candidate]!.score),
    );
  const moved = new Set<number>();
  for (let before = 0; before < pairs.length; before++)
    for (let after = before + 1; after < pairs.length; after++)
      if (candidateRank[before]! > candidateRank[after]! && gap(pairs[before]!, pairs[after]!) > tie) {
        moved.add(before);
        moved.add(after);
      }
  return pairs.flatMap((pair, rank) =>
    moved.has(rank) ? [{ ...pair, referenceRank: rank, candidateRank: candidateRank[rank]! }] : [],
  );
}
