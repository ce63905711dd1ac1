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
 * Source: yolov5 v7.0 utils/general.py scale_boxes.
 */
export function scaleBoxes(detections: readonly Detection[], letterboxed: Size, image: Size): Detection[] {
  const { gain, left, top } = letterboxTransform(image, letterboxed);
  const back = (value: number, padding: number, most: number): number =>
    clamp(Math.fround(Math.fround(value - Math.fround(padding)) / Math.fround(gain)), most);
  return mapBoxes(detections, ([x1, y1, x2, y2]) => [
    back(x1, left, image.width),
    back(y1, top, image.height),
    back(x2, left, image.width),
    back(y2, top, image.height),
  ]);
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
