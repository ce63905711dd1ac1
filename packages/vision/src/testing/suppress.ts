import type { OutputLayout, Tensor } from "@yolo-compile/core";
import type { Detection } from "../detection.js";
import { nonMaxSuppression, type SuppressionOptions } from "../non-max-suppression.js";

/** Options, and the number of last columns that are mask coefficients. */
export interface DetectorOptions extends SuppressionOptions {
  readonly maskCount?: number;
}

/** Rows of a YOLOv5 detector or segmenter. */
const detectorLayout = ({ shape }: Tensor, masks: number): OutputLayout => ({
  output: "output0",
  axis: 2,
  parts: [
    { name: "center", kind: "pixels", count: 2 },
    { name: "size", kind: "pixels", count: 2 },
    { name: "objectness", kind: "probability", count: 1 },
    { name: "classes", kind: "probability", count: Math.max(1, (shape[2] ?? 0) - 5 - masks) },
    { name: "masks", kind: "coefficient", count: masks },
  ],
});

/** Suppression on the output of a YOLOv5 detector. */
export const suppress = (output: Tensor, { maskCount = 0, ...options }: DetectorOptions = {}): Detection[][] =>
  nonMaxSuppression(output, detectorLayout(output, maskCount), options);
