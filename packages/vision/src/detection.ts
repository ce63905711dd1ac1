import type { RotatedBox } from "./rotated-box.js";

/** Left, top, right and bottom in pixels; the right and bottom edges lie outside. */
export type Box = readonly [x1: number, y1: number, x2: number, y2: number];

/** A point of an object, in pixels. */
export interface Keypoint {
  readonly x: number;
  readonly y: number;
  /** The probability that it is visible, where the network gives one. */
  readonly score?: number;
}

/** One detected object. All numbers are float32 values. */
export interface Detection {
  /** Of a rotated box, the upright one around it. */
  readonly box: Box;
  /** Objectness times class score. */
  readonly score: number;
  readonly classIndex: number;
  /** The weights of the prototypes in its mask, for segmentation. */
  readonly maskCoefficients?: Float32Array;
  /** In the order of the network, for pose. */
  readonly keypoints?: readonly Keypoint[];
  /** For oriented detection. */
  readonly rotated?: RotatedBox;
}
