import type { Detection } from "./detection.js";
import { changedOrder, type OrderChange } from "./detection-order.js";
import { missingMasks } from "./diagnostics.js";
import type { Mask } from "./masks.js";
import { type DetectionPair, matchDetections } from "./match-detections.js";
import { boxOverlap, maskOverlap } from "./overlap.js";

/** The objects of one picture, best score first. */
export interface DetectedObjects {
  readonly detections: readonly Detection[];
  /** One for each detection, or none at all. */
  readonly masks: readonly Mask[];
}

/** The largest differences of a detection that both lists have. */
export interface DetectionTolerance {
  readonly minIou: number;
  readonly maxScoreDelta: number;
  readonly minMaskIou: number;
}

/**
 * Room for an error of 1e-4 in a network's output: that moves both sides of a box of 16 pixels by 0.06 at 640, and a score,
 * a product of two outputs, by 2e-4. Masks have more room because a small one loses a row of pixels where its box crosses a
 * pixel's edge. Folded float32 graphs measure far inside: above 0.99999 and below 4e-6.
 */
export const SAME_DETECTIONS: DetectionTolerance = { minIou: 0.99, maxScoreDelta: 1e-3, minMaskIou: 0.95 };

/** Tolerances that differ from {@link SAME_DETECTIONS}, and the thresholds by which both lists were made. */
export interface ComparisonOptions extends Partial<DetectionTolerance> {
  /** The score that detections had to exceed. Default 0.25. */
  readonly confidence?: number;
  /** The overlap beyond which the lower score was suppressed. Default 0.45. */
  readonly suppression?: number;
  /** The most detections that either list may have. Default 1000. */
  readonly maxDetections?: number;
}

/** An object that both lists have. */
export interface MatchedDetection extends DetectionPair {
  readonly scoreDelta: number;
  readonly maskIou?: number;
  /** Whether box, score and mask are within the tolerance. */
  readonly ok: boolean;
}

/** One of the two lists that are compared. */
export type DetectionList = "reference" | "candidate";

/** A detection that only one list has, and may: within the tolerance of a threshold, the other need not have it. */
export interface ThresholdDetection {
  readonly list: DetectionList;
  readonly index: number;
  readonly threshold: "confidence" | "suppression" | "count";
}

/** The matches and differences of two lists. `ok` allows nothing but `atThreshold` and pairs within the tolerance. */
export interface DetectionComparison {
  readonly ok: boolean;
  /** In the order of the reference. */
  readonly matched: readonly MatchedDetection[];
  /** Indices of the reference that have no partner. */
  readonly missing: readonly number[];
  /** Indices of the candidate that have no partner. */
  readonly extra: readonly number[];
  readonly atThreshold: readonly ThresholdDetection[];
  /** Those of `matched` whose classes differ. */
  readonly classChanges: readonly MatchedDetection[];
  readonly orderChanges: readonly OrderChange[];
  /** The worst of each over `matched`; 1 and 0 where nothing matches. */
  readonly worst: { readonly iou: number; readonly scoreDelta: number; readonly maskIou?: number };
  readonly tolerance: DetectionTolerance;
}

/**
 * Compares the detections of two models on one picture, object by object.
 * @throws detect/masks where one of them has masks for its detections and the other has not
 */
export function compareDetections(
  reference: DetectedObjects,
  candidate: DetectedObjects,
  options: ComparisonOptions = {},
): DetectionComparison {
  const { confidence = 0.25, suppression = 0.45, maxDetections = 1000, ...given } = options;
  const limits = { confidence, suppression, maxDetections };
  const tolerance = { ...SAME_DETECTIONS, ...given };
  const hasMasks = checkMasks(reference, candidate);
  const pairs = matchDetections(reference.detections, candidate.detections);
  const matched = pairs.map((pair) => judge(pair, reference, candidate, tolerance, hasMasks));
  const alone = unmatched(pairs, reference.detections, candidate.detections).map((each) => {
    const [own, other] = each.list === "reference" ? [reference, candidate] : [candidate, reference];
    return { ...each, threshold: thresholdNear(own.detections, each.index, other.detections, tolerance, limits) };
  });
  const lost = alone.filter(({ threshold }) => threshold === undefined);
  const lostOf = (list: DetectionList): number[] => lost.filter((each) => each.list === list).map(({ index }) => index);
  const classChanges = matched.filter(
    (pair) => reference.detections[pair.reference]!.classIndex !== candidate.detections[pair.candidate]!.classIndex,
  );
  const orderChanges = changedOrder(matched, reference.detections, candidate.detections, tolerance.maxScoreDelta);
  return {
    ok: lost.length + classChanges.length + orderChanges.length === 0 && matched.every(({ ok }) => ok),
    matched,
    missing: lostOf("reference"),
    extra: lostOf("candidate"),
    atThreshold: alone.filter((each): each is ThresholdDetection => each.threshold !== undefined),
    classChanges,
    orderChanges,
    worst: worstOf(matched, hasMasks),
    tolerance,
  };
}

/** Whether both lists have masks to compare. @throws detect/masks */
function checkMasks(reference: DetectedObjects, candidate: DetectedObjects): boolean {
  for (const { detections, masks } of [reference, candidate])
    if (masks.length > 0 && masks.length !== detections.length) throw missingMasks(reference, candidate);
  const masked = [reference, candidate].filter(({ masks }) => masks.length > 0);
  if (masked.length === 1 && [reference, candidate].every(({ detections }) => detections.length > 0))
    throw missingMasks(reference, candidate);
  return masked.length === 2;
}

function judge(
  pair: DetectionPair,
  reference: DetectedObjects,
  candidate: DetectedObjects,
  { minIou, maxScoreDelta, minMaskIou }: DetectionTolerance,
  hasMasks: boolean,
): MatchedDetection {
  const { reference: a, candidate: b, iou } = pair;
  const scoreDelta = Math.abs(reference.detections[a]!.score - candidate.detections[b]!.score);
  const maskIou = hasMasks ? maskOverlap(reference.masks[a]!, candidate.masks[b]!) : undefined;
  const ok = iou >= minIou && scoreDelta <= maxScoreDelta && (maskIou === undefined || maskIou >= minMaskIou);
  return { ...pair, scoreDelta, ...(maskIou !== undefined && { maskIou }), ok };
}

function unmatched(
  pairs: readonly DetectionPair[],
  reference: readonly Detection[],
  candidate: readonly Detection[],
): Omit<ThresholdDetection, "threshold">[] {
  const alone = (list: DetectionList, detections: readonly Detection[]) => {
    const partnered = new Set(pairs.map((pair) => pair[list]));
    return [...detections.keys()].filter((index) => !partnered.has(index)).map((index) => ({ list, index }));
  };
  return [...alone("reference", reference), ...alone("candidate", candidate)];
}

type Limits = Required<Omit<ComparisonOptions, keyof DetectionTolerance>>;

/** The threshold by which a detection would have been left out, had its score or its box been a tolerance away. */
function thresholdNear(
  own: readonly Detection[],
  index: number,
  other: readonly Detection[],
  { minIou, maxScoreDelta }: DetectionTolerance,
  { confidence, suppression, maxDetections }: Limits,
): ThresholdDetection["threshold"] | undefined {
  const { box, score, classIndex } = own[index]!;
  if (score - confidence <= maxScoreDelta) return "confidence";
  if (other.length >= maxDetections && score - other.at(-1)!.score <= maxScoreDelta) return "count";
  const nearlySuppresses = (better: Detection): boolean =>
    better.classIndex === classIndex && Math.abs(boxOverlap(better.box, box) - suppression) <= 1 - minIou;
  return own.slice(0, index).some(nearlySuppresses) ? "suppression" : undefined;
}

function worstOf(matched: readonly MatchedDetection[], hasMasks: boolean): DetectionComparison["worst"] {
  const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), 1);
  return {
    iou: least(matched.map(({ iou }) => iou)),
    scoreDelta: matched.reduce((most, { scoreDelta }) => Math.max(most, scoreDelta), 0),
    ...(hasMasks && { maskIou: least(matched.map(({ maskIou = 1 }) => maskIou)) }),
  };
}
