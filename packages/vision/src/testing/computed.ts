import { type Tensor, uniformFloats, uniformStream } from "@yolo-compile/core";
import { CHANNELS, type Image } from "../image.js";
import type { DetectorOptions } from "./suppress.js";

/** The noise of goldens.py. */
export function noise([width, height]: readonly [number, number]): Image {
  const next = uniformStream(1);
  return {
    width,
    height,
    data: Uint8Array.from({ length: width * height * CHANNELS }, () => Math.floor(next() * 256)),
  };
}

const EXTENT = 160;

/** A network's output as goldens.py computes it: boxes within 160 pixels, `masks` columns from -1 to 1. */
export function randomOutput(shape: readonly [number, number, number], masks = 0): Tensor {
  const columns = shape[2];
  const data = uniformFloats(1, shape[0] * shape[1] * columns);
  data.forEach((value, index) => {
    const column = index % columns;
    if (column < 2) data[index] = value * EXTENT;
    else if (column < 4) data[index] = (value * EXTENT) / 4;
    else if (column >= columns - masks) data[index] = value * 2 - 1;
  });
  return { dtype: "f32", shape, data };
}

export const randomPrototypes = (shape: readonly number[]): Tensor => ({
  dtype: "f32",
  shape,
  data: uniformFloats(
    2,
    shape.reduce((product, size) => product * size),
  ).map((value) => value * 2 - 1),
});

/** The options of YOLOv5's function in our words; its own default of detections differs. */
export const optionsOf = (options: Readonly<Record<string, unknown>>): DetectorOptions => ({
  maxDetections: 300,
  ...Object.fromEntries(Object.entries(options).map(([name, value]) => [OPTION_NAMES.get(name) ?? name, value])),
});

const OPTION_NAMES: ReadonlyMap<string, keyof DetectorOptions> = new Map([
  ["conf_thres", "confidence"],
  ["iou_thres", "iou"],
  ["max_det", "maxDetections"],
  ["multi_label", "multiLabel"],
  ["nm", "maskCount"],
]);
