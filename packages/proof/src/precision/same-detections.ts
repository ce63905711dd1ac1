import type { CandidateRun } from "@yolo-compile/runtime";
import type { DetectionComparison, DetectionTolerance } from "@yolo-compile/vision";
import { comparePictures, type ReadAs } from "../verify/compare-pictures.js";
import type { VerifyInput } from "../verify-inputs/index.js";

/** What is promised about detections. */
export interface DetectionPromise extends DetectionTolerance {
  /** Of all objects that both find, the share whose boxes overlap by that much. */
  readonly mostly?: { readonly share: number; readonly minIou: number };
  /** Whether a file is refused where the network finds nothing, since then nothing is proven. */
  readonly needed: boolean;
}

/**
 * The promise of float16, whose outputs are judged besides. It has room for `F16`, a fiftieth of each unit: both sides of a box
 * move by a fiftieth of the longer one, a score by as much where it is steepest.
 */
export const HALF_PROMISE: DetectionPromise = { minIou: 0.9, maxScoreDelta: 2e-2, minMaskIou: 0.9, needed: false };

/**
 * The promise of integers of 8 bits, whose outputs have no bound: no object above 0.4 is lost or new (a score may move by 0.15
 * from there to the threshold of 0.25), and nine of ten boxes overlap by 0.9.
 */
export const INT8_PROMISE: DetectionPromise = {
  minIou: 0.5,
  maxScoreDelta: 0.15,
  minMaskIou: 0.5,
  mostly: { share: 0.9, minIou: 0.9 },
  needed: true,
};

/** The detections on one picture. */
export interface PictureDetections {
  readonly picture: string;
  readonly provider: string;
  /** The number of objects that the reference finds. */
  readonly expected: number;
  readonly comparison: DetectionComparison;
}

/** The verdict on detections: `ok` where none is lost, new, or elsewhere. It says nothing where nothing is expected. */
export interface DetectionVerdict {
  readonly ok: boolean;
  /** The number of objects that the reference finds on all pictures. */
  readonly expected: number;
  readonly promise: DetectionPromise;
  /** The share of the objects that both find whose boxes overlap as {@link DetectionPromise.mostly} says; 1 where it does not. */
  readonly closeShare: number;
  readonly pictures: readonly PictureDetections[];
}

/** Compares the detections of a run on pictures with those of the reference; none where the models are no detectors. */
export function detectionsOf(
  run: CandidateRun<VerifyInput>,
  read: ReadAs,
  tolerance: DetectionTolerance,
): PictureDetections[] {
  if (!run.expected.input.pictures) return [];
  const compared = comparePictures(run, read, tolerance) ?? [];
  return compared.map(({ picture, provider, reference, comparison }) => ({
    picture: picture.name,
    provider,
    expected: reference.detections.length,
    comparison,
  }));
}

/** The verdict on all pictures. */
export function detectionVerdict(pictures: readonly PictureDetections[], promise: DetectionPromise): DetectionVerdict {
  const expected = pictures.reduce((sum, each) => sum + each.expected, 0);
  const overlaps = pictures.flatMap(({ comparison }) => comparison.matched.map(({ iou }) => iou));
  const { share, minIou } = promise.mostly ?? { share: 0, minIou: 0 };
  const closeShare = overlaps.length === 0 ? 1 : overlaps.filter((iou) => iou >= minIou).length / overlaps.length;
  return {
    ok: pictures.every(({ comparison }) => comparison.ok) && closeShare >= share && (expected > 0 || !promise.needed),
    expected,
    promise,
    closeShare,
    pictures,
  };
}
