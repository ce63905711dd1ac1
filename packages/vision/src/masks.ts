import { castTensor, type Tensor } from "@yolo-compile/core";
import type { Box, Detection } from "./detection.js";
import { unexpectedOutput } from "./diagnostics.js";
import type { Size } from "./image.js";
import { interpolate, type Map2d } from "./interpolate.js";
import { letterboxTransform } from "./scale-boxes.js";

/** The pixels of one object in a window of its picture; outside of the window there are none. */
export interface Mask extends Size {
  readonly left: number;
  readonly top: number;
  /** Row by row, one byte a pixel, 1 inside the object. */
  readonly data: Uint8Array;
}

const THRESHOLD = 0.5;

/**
 * One mask for each detection, in pixels of the network's input `size`; boxes are in those pixels too.
 * `protos: f32[n, maskCount, height, width]`, of which picture `index` is taken. A mask is cut to its box at the size of the prototypes
 * and then enlarged, so its edge can differ from the box's by one prototype pixel.
 * Source: yolov5 v7.0 utils/segment/general.py process_mask with upsample, which segment/predict.py uses. @throws detect/output
 */
export function processMasks(protos: Tensor, detections: readonly Detection[], size: Size, index = 0): Mask[] {
  const prototypes = prototypesOf(protos, detections, index);
  const across = Math.fround(prototypes.width / size.width);
  const down = Math.fround(prototypes.height / size.height);
  return detections.map((detection) => {
    const { map, inside } = cutProbabilities(prototypes, detection, across, down);
    return threshold(map, size, windowOf(reach(inside, size, map), size));
  });
}

/**
 * The probabilities from which {@link processMasks} makes its masks, zero outside of the boxes, one map of the prototypes' size for
 * each detection. `stride` is the size of a prototype's cell in the pixels of the boxes. @throws detect/output
 */
export function maskProbabilities(
  protos: Tensor,
  detections: readonly Detection[],
  stride: number,
  index = 0,
): readonly Map2d[] {
  const prototypes = prototypesOf(protos, detections, index);
  const scale = Math.fround(1 / stride);
  return detections.map((detection) => cutProbabilities(prototypes, detection, scale, scale).map);
}

/** The probabilities inside of a box, whose sides are scaled to cells. */
function cutProbabilities(prototypes: Prototypes, detection: Detection, across: number, down: number) {
  const [x1, y1, x2, y2] = detection.box;
  const small: Box = [
    Math.fround(x1 * across),
    Math.fround(y1 * down),
    Math.fround(x2 * across),
    Math.fround(y2 * down),
  ];
  const inside = windowOf(small, prototypes);
  return { inside, map: probabilities(prototypes, detection, inside) };
}

/**
 * One mask for each detection, in pixels of the original picture `size`; boxes are in those pixels too.
 * `protos: f32[n, maskCount, height, width]`, of which picture `index` is taken. Padding is cut off, the rest enlarged, then cut to the box.
 * Source: yolov5 v7.0 utils/segment/general.py process_mask_native. @throws detect/output
 */
export function processNativeMasks(protos: Tensor, detections: readonly Detection[], size: Size, index = 0): Mask[] {
  const prototypes = prototypesOf(protos, detections, index);
  const inside = withoutPadding(prototypes, size);
  return detections.map((detection) =>
    nativeMask(probabilities(prototypes, detection, inside), inside, detection.box, size),
  );
}

/** The part of a letterboxed map that has the picture. */
export function withoutPadding(map: Size, picture: Size): Window {
  const { left, top } = letterboxTransform(picture, map);
  const [x, y] = [Math.trunc(left), Math.trunc(top)];
  return { left: x, top: y, width: Math.trunc(map.width - left) - x, height: Math.trunc(map.height - top) - y };
}

/** The mask of a map of probabilities, of which a window has the picture, inside of a box in the picture's pixels. */
export const nativeMask = (map: Map2d, inside: Window, box: Box, size: Size): Mask =>
  threshold(cut(map, inside), size, windowOf(box, size));

/** A part of a map. */
export type Window = Omit<Mask, "data">;

interface Prototypes extends Size {
  readonly count: number;
  readonly data: Float32Array;
}

function prototypesOf(protos: Tensor, detections: readonly Detection[], index: number): Prototypes {
  const [pictures, count, height, width] = protos.shape;
  const wanted = detections[0]?.maskCoefficients?.length ?? count;
  if (protos.shape.length !== 4 || index >= pictures! || count !== wanted)
    throw unexpectedOutput(protos, `prototypes [more than ${index}, ${wanted ?? "masks"}, height, width]`);
  const length = count! * height! * width!;
  const data = castTensor(protos, "f32").data as Float32Array; // f32 by the cast
  return { count: count!, height: height!, width: width!, data: data.subarray(index * length, (index + 1) * length) };
}

/** The pixels of `size` whose whole-number position is at or past the box's start and before its end. */
function windowOf([x1, y1, x2, y2]: Box, size: Size): Window {
  const left = Math.max(0, Math.ceil(x1));
  const top = Math.max(0, Math.ceil(y1));
  const right = Math.min(size.width, Math.ceil(x2));
  const bottom = Math.min(size.height, Math.ceil(y2));
  return { left, top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
}

/** sigmoid(coefficients · prototypes) inside the window, zero elsewhere. */
function probabilities(prototypes: Prototypes, { maskCoefficients }: Detection, window: Window): Map2d {
  const { width, height, count, data } = prototypes;
  const values = new Float32Array(width * height);
  for (let y = window.top; y < window.top + window.height; y++)
    for (let x = window.left; x < window.left + window.width; x++) {
      let sum = 0;
      for (let prototype = 0; prototype < count; prototype++)
        sum += (maskCoefficients?.[prototype] ?? 0) * data[(prototype * height + y) * width + x]!;
      values[y * width + x] = 1 / (1 + Math.exp(-Math.fround(sum)));
    }
  return { width, height, data: values };
}

/** The part of a map that lies in a window. */
function cut(map: Map2d, { left, top, width, height }: Window): Map2d {
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const start = (top + y) * map.width + left;
    data.set(map.data.subarray(start, start + width), y * width);
  }
  return { width, height, data };
}

/**
 * The pixels of `size` that can lie in a mask whose map is zero outside of a window: those over the window and one more on each side,
 * since further out the zeros have more than half of the weight.
 */
function reach({ left, top, width, height }: Window, size: Size, from: Size): Box {
  if (width === 0 || height === 0) return [0, 0, 0, 0];
  const across = size.width / from.width;
  const down = size.height / from.height;
  return [left * across - 1, top * down - 1, (left + width) * across + 1, (top + height) * down + 1];
}

function threshold(map: Map2d, size: Size, window: Window): Mask {
  const data = new Uint8Array(window.width * window.height);
  interpolate(map, size, window, (at, value) => {
    data[at] = value > THRESHOLD ? 1 : 0;
  });
  return { ...window, data };
}
