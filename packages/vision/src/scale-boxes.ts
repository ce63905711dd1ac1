import { roundHalfEven } from "@yolo-compile/core";
import type { Box, Detection } from "./detection.js";
import type { Size } from "./image.js";

/** The transform of a picture into its letterbox: scaled by `gain`, then moved by `left` and `top`. */
export interface LetterboxTransform {
  readonly gain: number;
  readonly left: number;
  readonly top: number;
}

/** The transform that scales `inner` to fit `outer` and centres it. */
export function letterboxTransform(inner: Size, outer: Size): LetterboxTransform {
  const gain = Math.min(outer.height / inner.height, outer.width / inner.width);
  return { gain, left: (outer.width - inner.width * gain) / 2, top: (outer.height - inner.height * gain) / 2 };
}

/**
 * Detections in pixels of the letterboxed picture, moved back into the original one and clipped to it; in float32.
 * Keypoints go with their boxes. Source: yolov5 v7.0 utils/general.py scale_boxes.
 */
export function scaleBoxes(detections: readonly Detection[], letterboxed: Size, image: Size): Detection[] {
  const { gain, left, top } = letterboxTransform(image, letterboxed);
  const back = (value: number, padding: number, most: number): number =>
    clamp(Math.fround(Math.fround(value - Math.fround(padding)) / Math.fround(gain)), most);
  const across = (x: number): number => back(x, left, image.width);
  const down = (y: number): number => back(y, top, image.height);
  const boxes = mapBoxes(detections, ([x1, y1, x2, y2]) => [across(x1), down(y1), across(x2), down(y2)]);
  return boxes.map(({ keypoints, ...rest }) => ({
    ...rest,
    ...(keypoints && { keypoints: keypoints.map((point) => ({ ...point, x: across(point.x), y: down(point.y) })) }),
  }));
}

/** Boxes at whole pixels, halves to even, as YOLOv5's detect.py reports them. */
export const roundBoxes = (detections: readonly Detection[]): Detection[] =>
  mapBoxes(detections, ([x1, y1, x2, y2]) => [
    roundHalfEven(x1),
    roundHalfEven(y1),
    roundHalfEven(x2),
    roundHalfEven(y2),
  ]);

const mapBoxes = (detections: readonly Detection[], map: (box: Box) => Box): Detection[] =>
  detections.map((detection) => ({ ...detection, box: map(detection.box) }));

const clamp = (value: number, most: number): number => Math.min(Math.max(value, 0), most);
