import { roundHalfEven } from "@yolo-compile/core";
import type { Box, Detection, Keypoint } from "./detection.js";
import type { Size } from "./image.js";
import { type RotatedBox, regularize, uprightBox } from "./rotated-box.js";

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
 * Detections in pixels of the letterboxed picture, moved back into the original one and clipped to it; in float32. Of a
 * rotated box only the upright one around it is clipped; its sides are scaled as the network gives them, then its angle is
 * brought to 0 to below pi/2. Source: yolov5 v7.0 utils/general.py scale_boxes; for keypoints and rotated boxes, ultralytics
 * 8.4 utils/ops.py scale_coords and scale_boxes.
 */
export function scaleBoxes(detections: readonly Detection[], letterboxed: Size, image: Size): Detection[] {
  const { gain, left, top } = letterboxTransform(image, letterboxed);
  const back = (value: number, padding: number, most: number): number =>
    clamp(Math.fround(Math.fround(value - Math.fround(padding)) / Math.fround(gain)), most);
  const boxes = mapBoxes(detections, ([x1, y1, x2, y2]) => [
    back(x1, left, image.width),
    back(y1, top, image.height),
    back(x2, left, image.width),
    back(y2, top, image.height),
  ]);
  const placement = wholePlacement(image, letterboxed);
  return boxes.map((detection) => {
    const { keypoints, rotated } = detection;
    if (keypoints) return { ...detection, keypoints: keypoints.map((each) => scaleKeypoint(each, placement, image)) };
    if (!rotated) return detection;
    const scaled = scaleRotated(rotated, placement);
    const [x1, y1, x2, y2] = uprightBox(scaled);
    const { width, height } = image;
    return {
      ...detection,
      box: [clamp(x1, width), clamp(y1, height), clamp(x2, width), clamp(y2, height)],
      rotated: scaled,
    };
  });
}

/** The place of a picture in its letterbox by whole pixels: a gain and a padding for each axis. */
interface WholePlacement {
  readonly gains: readonly [x: number, y: number];
  readonly padding: readonly [left: number, top: number];
}

function wholePlacement(image: Size, letterboxed: Size): WholePlacement {
  const { gain } = letterboxTransform(image, letterboxed);
  const inner = (side: number): number => Math.max(1, roundHalfEven(side * gain));
  const [width, height] = [inner(image.width), inner(image.height)];
  return {
    gains: [width / image.width, height / image.height],
    padding: [
      roundHalfEven((letterboxed.width - width) / 2 - 0.1),
      roundHalfEven((letterboxed.height - height) / 2 - 0.1),
    ],
  };
}

const scaledPoint = (x: number, y: number, { gains, padding }: WholePlacement): readonly [number, number] => [
  Math.fround((x - padding[0]) / gains[0]),
  Math.fround((y - padding[1]) / gains[1]),
];

function scaleKeypoint(keypoint: Keypoint, placement: WholePlacement, { width, height }: Size): Keypoint {
  const [x, y] = scaledPoint(keypoint.x, keypoint.y, placement);
  return { ...keypoint, x: clamp(x, width), y: clamp(y, height) };
}

function scaleRotated({ center, size, angle }: RotatedBox, placement: WholePlacement): RotatedBox {
  const [across, down] = placement.gains;
  return regularize({
    center: scaledPoint(...center, placement),
    size: [Math.fround(size[0] / across), Math.fround(size[1] / down)],
    angle,
  });
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
