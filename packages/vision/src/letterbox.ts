import { roundHalfEven, type Tensor } from "@yolo-compile/core";
import { mixedBatch } from "./diagnostics.js";
import { blankImage, CHANNELS, type Image, type Size } from "./image.js";
import { resizeLinear } from "./resize.js";

const GREY = 114;

/** The padding of a letterbox; by default to the whole size. */
export interface LetterboxOptions {
  /** Pad only up to the next multiple of this instead of the whole size: YOLOv5's `auto`. Of both sides, or of one alone. */
  readonly stride?: number | Partial<Size>;
}

/**
 * The picture scaled to fit `size` without distortion and centred on grey, as YOLOv5 networks are trained on it. Source:
 * yolov5 v7.0 utils/augmentations.py letterbox. Unlike there, a very narrow picture keeps at least one pixel.
 */
export function letterbox(image: Image, size: Size, { stride }: LetterboxOptions = {}): Image {
  const ratio = Math.min(size.height / image.height, size.width / image.width);
  const scaled = { width: scaledSide(image.width, ratio), height: scaledSide(image.height, ratio) };
  const steps = typeof stride === "number" ? { width: stride, height: stride } : stride;
  const [left, right] = padding(size.width - scaled.width, steps?.width);
  const [top, bottom] = padding(size.height - scaled.height, steps?.height);
  const inner = resizeLinear(image, scaled);
  const result = blankImage({ width: left + scaled.width + right, height: top + scaled.height + bottom });
  result.data.fill(GREY);
  const rowBytes = inner.width * CHANNELS;
  for (let y = 0; y < inner.height; y++)
    result.data.set(
      inner.data.subarray(y * rowBytes, (y + 1) * rowBytes),
      ((top + y) * result.width + left) * CHANNELS,
    );
  return result;
}

const scaledSide = (side: number, ratio: number): number => Math.max(1, roundHalfEven(side * ratio));

/** Half of the room on each side; of an odd pixel the far side gets it. */
function padding(room: number, stride: number | undefined): readonly [before: number, after: number] {
  const half = (stride === undefined ? room : room % stride) / 2;
  return [roundHalfEven(half - 0.1), roundHalfEven(half + 0.1)];
}

const UNIT = Float32Array.from({ length: 256 }, (_, value) => value / 255);

/** Pictures of one size as network input: f32[n,3,height,width], RGB, 0 to 1. @throws image/batch */
export function toTensor(images: readonly Image[]): Tensor {
  const [first] = images;
  if (!first || images.some(({ width, height }) => width !== first.width || height !== first.height))
    throw mixedBatch(images);
  const plane = first.width * first.height;
  const data = new Float32Array(images.length * CHANNELS * plane);
  images.forEach((image, index) => {
    for (let channel = 0; channel < CHANNELS; channel++) {
      const start = (index * CHANNELS + channel) * plane;
      for (let pixel = 0; pixel < plane; pixel++) data[start + pixel] = UNIT[image.data[pixel * CHANNELS + channel]!]!;
    }
  });
  return { dtype: "f32", shape: [images.length, CHANNELS, first.height, first.width], data };
}
