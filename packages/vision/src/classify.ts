import { elementCount, type OutputLayout, roundHalfEven, type Tensor, toFloat64 } from "@yolo-compile/core";
import type { Detection } from "./detection.js";
import { unexpectedOutput } from "./diagnostics.js";
import { blankImage, CHANNELS, type Image, type Size } from "./image.js";
import { toTensor } from "./letterbox.js";
import { resizeLinear } from "./resize.js";
import { resizeSmooth } from "./resize-smooth.js";

/** A class with its probability. */
export interface ClassScore {
  readonly classIndex: number;
  /** 0 to 1; those of all classes add up to 1. */
  readonly score: number;
}

/** The layout of a classifier's one output, [n,classes]; undefined where there is none. */
export const classesOf = (layouts: readonly OutputLayout[]): OutputLayout | undefined =>
  layouts.find(({ axis, parts }) => axis === 1 && parts.length === 1 && parts[0]!.name === "classes");

/** Mean and deviation of ImageNet's pictures, red, green and blue, by which YOLOv5's classifiers see them. */
const MEAN = [0.485, 0.456, 0.406];
const DEVIATION = [0.229, 0.224, 0.225];

/**
 * Pictures as a classifier's input, f32[n,3,height,width], RGB: their middle squares at the network's size. YOLOv5's, whose outputs
 * are logits, scale like OpenCV and normalise by ImageNet; Ultralytics', which give probabilities, scale like PIL, 0 to 1. Sources:
 * yolov5 v7.0 utils/augmentations.py CenterCrop, classify_transforms; ultralytics 8.4 data/augment.py classify_transforms.
 */
export function classifierInput(images: readonly Image[], size: Size, { parts }: OutputLayout): Tensor {
  if (parts[0]?.kind !== "logit")
    return toTensor(images.map((image) => crop(resizeSmooth(image, covering(image, size)), size, roundHalfEven)));
  const squares = images.map((image) => {
    const side = Math.min(image.width, image.height);
    return resizeLinear(crop(image, { width: side, height: side }, Math.floor), size);
  });
  const { shape, data } = toTensor(squares);
  const plane = size.width * size.height;
  const values = Float32Array.from(data as Float32Array, (value, index) => {
    const channel = Math.floor(index / plane) % CHANNELS;
    return (value - Math.fround(MEAN[channel]!)) / Math.fround(DEVIATION[channel]!);
  });
  return { dtype: "f32", shape, data: values };
}

/** The least size of the picture's proportions that covers `size`. */
function covering({ width, height }: Size, size: Size): Size {
  const short = Math.min(size.width, size.height);
  return width < height
    ? { width: short, height: Math.trunc((short * height) / width) }
    : { width: Math.trunc((short * width) / height), height: short };
}

/** The middle of a picture; `round` says which side an odd pixel is cut from: OpenCV's users floor, torchvision rounds. */
function crop(image: Image, { width, height }: Size, round: (half: number) => number): Image {
  const [left, top] = [image.width - width, image.height - height].map((room) => Math.max(0, round(room / 2)));
  const result = blankImage({ width, height });
  for (let y = 0; y < Math.min(height, image.height); y++) {
    const start = ((top! + y) * image.width + left!) * CHANNELS;
    result.data.set(image.data.subarray(start, start + Math.min(width, image.width) * CHANNELS), y * width * CHANNELS);
  }
  return result;
}

/**
 * The most probable classes of each picture, best first; equal ones in the order of their indices. output: [n,classes]
 * @throws detect/output
 */
export function topClasses(output: Tensor, layout: OutputLayout, count: number): readonly (readonly ClassScore[])[] {
  const [pictures, classes] = output.shape;
  if (output.shape.length !== 2 || !pictures || !classes || elementCount(output.shape) === 0)
    throw unexpectedOutput(output, "[n,classes]");
  const values = toFloat64(output);
  return Array.from({ length: pictures }, (_, picture) => {
    const own = values.subarray(picture * classes, (picture + 1) * classes);
    const scores = layout.parts[0]?.kind === "logit" ? softmax(own) : own;
    return [...scores]
      .map((score, classIndex) => ({ classIndex, score }))
      .sort((a, b) => b.score - a.score || a.classIndex - b.classIndex)
      .slice(0, count);
  });
}

function softmax(logits: Float64Array): Float64Array {
  const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = logits.map((value) => Math.exp(value - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((value) => value / sum);
}

/** Classes of a picture as objects that fill it, for comparisons of two lists. */
export const asDetections = (classes: readonly ClassScore[], { width, height }: Size): readonly Detection[] =>
  classes.map(({ classIndex, score }) => ({ box: [0, 0, width, height], score, classIndex }));
