import type { OutputLayout, Tensor } from "@yolo-compile/core";
import { type CandidateRules, candidatesOf } from "./candidates.js";
import type { Detection } from "./detection.js";
import { badThreshold } from "./diagnostics.js";
import { likeness, spreadOf } from "./rotated-box.js";
import { rowLayout, rowMajor } from "./row-layout.js";

/** Options of non-maximum suppression; the defaults are those of YOLOv5's detect.py. */
export interface SuppressionOptions {
  /** Scores must be above it. Default 0.25. */
  readonly confidence?: number;
  /** Of two boxes that overlap by more, the one with the lower score goes. Default 0.45. */
  readonly iou?: number;
  /** Per picture, best scores first. Default 1000; YOLOv5's function has 300. */
  readonly maxDetections?: number;
  /** Only these classes. Default all. */
  readonly classes?: readonly number[];
  /** Boxes suppress those of other classes too. Default false. */
  readonly agnostic?: boolean;
  /** A box counts once for each class above the threshold instead of for its best. Default false. */
  readonly multiLabel?: boolean;
}

/** The most candidates of which boxes are compared pair by pair; those with the lowest scores are dropped before. */
const MOST_CANDIDATES = 30000;

/** Boxes of different classes are moved apart by this many pixels, so that one pass suppresses within classes. */
const CLASS_DISTANCE = 7680;

/** The distance by which boxes of a class are moved. */
export const classDistance = (classIndex: number): number => Math.fround(classIndex * CLASS_DISTANCE);

/**
 * The objects in a decoded output, a list for each picture, best score first. `layout` gives the columns of box, scores and
 * mask coefficients; boxes with a label come from a graph that has suppressed others already, and only their number is
 * limited. Rotated boxes are suppressed by their likeness. Source: yolov5 v7.0 utils/general.py non_max_suppression, in float32 wherever that decides an order or a
 * threshold.
 * @throws detect/output, detect/threshold
 */
export function nonMaxSuppression(
  output: Tensor,
  layout: OutputLayout,
  options: SuppressionOptions = {},
): Detection[][] {
  const { confidence = 0.25, iou = 0.45, maxDetections = 1000, classes, agnostic = false } = options;
  checkThresholds(confidence, iou, maxDetections);
  const places = rowLayout(output, layout);
  const rules: CandidateRules = {
    confidence: Math.fround(confidence),
    classes: classes && new Set(classes),
    multiLabel: options.multiLabel ?? false,
  };
  const data = rowMajor(output, layout, places);
  const size = places.rows * places.columns;
  return Array.from({ length: output.shape[0]! }, (_, picture) => {
    const values = data.subarray(picture * size, (picture + 1) * size);
    const candidates = candidatesOf(values, places, rules).sort((a, b) => b.score - a.score);
    if (places.label !== undefined) return candidates.slice(0, maxDetections);
    if (places.rotation !== undefined)
      return suppressRotated(candidates.slice(0, MOST_CANDIDATES), agnostic, iou, maxDetections);
    return suppress(candidates.slice(0, MOST_CANDIDATES), agnostic, iou, maxDetections);
  });
}

function checkThresholds(confidence: number, iou: number, maxDetections: number): void {
  for (const [name, value] of [["confidence", confidence] as const, ["iou", iou] as const])
    if (!(value >= 0 && value <= 1)) throw badThreshold(name, value, "0 to 1");
  if (!(maxDetections >= 1)) throw badThreshold("maxDetections", maxDetections, "1 or more");
}

/** Greedy: each box in turn, unless suppressed, suppresses those after it. Source: torchvision.ops.nms. */
function suppress(candidates: readonly Detection[], agnostic: boolean, iou: number, most: number): Detection[] {
  const boxes = spreadBoxes(candidates, agnostic);
  const areas = areasOf(boxes);
  const suppressed = new Uint8Array(candidates.length);
  const kept: Detection[] = [];
  for (let index = 0; index < candidates.length && kept.length < most; index++) {
    if (suppressed[index]) continue;
    kept.push(candidates[index]!);
    for (let other = index + 1; other < candidates.length; other++)
      if (!suppressed[other] && overlap(boxes, areas, index, other) > iou) suppressed[other] = 1;
  }
  return kept;
}

/**
 * A box goes where any better one is like it, be that one suppressed itself.
 * Source: ultralytics 8.4 utils/nms.py TorchNMS.fast_nms, in float64.
 */
function suppressRotated(candidates: readonly Detection[], agnostic: boolean, iou: number, most: number): Detection[] {
  const spreads = candidates.flatMap(({ rotated, classIndex }) =>
    rotated ? [spreadOf(rotated, agnostic ? 0 : classDistance(classIndex))] : [],
  );
  const kept: Detection[] = [];
  for (let index = 0; index < candidates.length && kept.length < most; index++) {
    let better = 0;
    while (better < index && !(likeness(spreads[better]!, spreads[index]!) > iou)) better++;
    if (better === index) kept.push(candidates[index]!);
  }
  return kept;
}

function spreadBoxes(candidates: readonly Detection[], agnostic: boolean): Float32Array {
  const boxes = new Float32Array(candidates.length * 4);
  candidates.forEach(({ box, classIndex }, index) => {
    const distance = agnostic ? 0 : classDistance(classIndex);
    for (let side = 0; side < 4; side++) boxes[index * 4 + side] = box[side]! + distance;
  });
  return boxes;
}

function areasOf(boxes: Float32Array): Float32Array {
  const areas = new Float32Array(boxes.length / 4);
  for (let index = 0, at = 0; index < areas.length; index++, at += 4)
    areas[index] = Math.fround(boxes[at + 2]! - boxes[at]!) * Math.fround(boxes[at + 3]! - boxes[at + 1]!);
  return areas;
}

/** Shared area by joint area; zero, which suppresses nothing, where boxes do not meet. */
function overlap(boxes: Float32Array, areas: Float32Array, a: number, b: number): number {
  const [i, j] = [a * 4, b * 4];
  const width = Math.fround(Math.min(boxes[i + 2]!, boxes[j + 2]!) - Math.max(boxes[i]!, boxes[j]!));
  if (!(width > 0)) return 0;
  const height = Math.fround(Math.min(boxes[i + 3]!, boxes[j + 3]!) - Math.max(boxes[i + 1]!, boxes[j + 1]!));
  if (!(height > 0)) return 0;
  const shared = Math.fround(width * height);
  return Math.fround(shared / Math.fround(Math.fround(areas[a]! + areas[b]!) - shared));
}
