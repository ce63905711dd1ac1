import type { CandidateRun, Tensors } from "@yolo-compile/runtime";
import {
  type ComparisonOptions,
  compareDetections,
  type DetectedObjects,
  type DetectionComparison,
  type Size,
} from "@yolo-compile/vision";
import { readDetections } from "../detect.js";
import type { ReadOutputs } from "../endings/read-outputs.js";
import type { NamedPicture, VerifyInput } from "../verify-inputs/index.js";
import { compareClasses } from "./compare-classes.js";

/** The detections of two models on one picture, in its pixels. */
export interface PictureComparison {
  readonly picture: NamedPicture;
  readonly provider: string;
  readonly reference: DetectedObjects;
  readonly candidate: DetectedObjects;
  readonly comparison: DetectionComparison;
}

/** Reads the outputs of either model as boxes. */
export type ReadAs = (role: "reference" | "candidate", outputs: Tensors) => ReadOutputs | undefined;

/**
 * The detections on each picture of a run after suppression, compared object by object, or the likeliest classes of either
 * classifier; nothing for a run without pictures, and undefined where the models are neither.
 * @throws detect/output
 */
export function comparePictures(
  { expected, outputs, provider }: CandidateRun<VerifyInput>,
  read: ReadAs,
  options: ComparisonOptions = {},
): PictureComparison[] | undefined {
  const { pictures = [], tensors } = expected.input;
  const [image] = tensors.values();
  const [, , height = 0, width = 0] = image?.shape ?? [];
  const size: Size = { width, height };
  const { confidence, suppression, maxDetections } = options;
  const limits = {
    ...(confidence !== undefined && { confidence }),
    ...(suppression !== undefined && { iou: suppression }),
    ...(maxDetections !== undefined && { maxDetections }),
  };
  const images = pictures.map((picture) => picture.image);
  const [first, second] = [read("reference", expected.outputs), read("candidate", outputs)];
  const classes = first && second && compareClasses(first, second, images);
  const reference = classes?.reference ?? readDetections(first, size, images, limits);
  const candidate = classes?.candidate ?? readDetections(second, size, images, limits);
  if (!reference || !candidate) return undefined;
  return pictures.map((picture, index) => ({
    picture,
    provider: provider.name,
    reference: reference[index]!,
    candidate: candidate[index]!,
    comparison: compareDetections(reference[index]!, candidate[index]!, options),
  }));
}
