import type { CandidateRun } from "@yolo-compile/runtime";
import type { DetectionComparison, DetectionTolerance } from "@yolo-compile/vision";
import { comparePictures, type ReadAs } from "../verify/compare-pictures.js";
import type { VerifyInput } from "../verify-inputs/index.js";

/**
 * Room for `F16`, a fiftieth of each unit: both sides of a box move by a fiftieth of the longer one, a score by as much where
 * it is steepest.
 */
export const HALF_DETECTIONS: DetectionTolerance = { minIou: 0.9, maxScoreDelta: 2e-2, minMaskIou: 0.9 };

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
  readonly tolerance: DetectionTolerance;
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
export const detectionVerdict = (
  pictures: readonly PictureDetections[],
  tolerance: DetectionTolerance,
): DetectionVerdict => ({
  ok: pictures.every(({ comparison }) => comparison.ok),
  expected: pictures.reduce((sum, { expected }) => sum + expected, 0),
  tolerance,
  pictures,
});
