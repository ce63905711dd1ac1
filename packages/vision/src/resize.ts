import { roundHalfEven } from "@yolo-compile/core";
import { blankImage, CHANNELS, type Image, type Size } from "./image.js";

/** Interpolation weights have 11 bits. */
const ONE = 2048;

/**
 * Bilinear scaling, bit for bit that of OpenCV's `resize` with INTER_LINEAR on 8-bit pictures. OpenCV halves by averaging 2x2
 * squares; these weights come to the same.
 */
export function resizeLinear(image: Image, size: Size): Image {
  if (image.width === size.width && image.height === size.height) return image;
  const columns = clampedTaps(image.width, size.width);
  const rows = taps(image.height, size.height);
  const stretch = rowStretcher(image, columns, size.width);
  const result = blankImage(size);
  for (let y = 0; y < size.height; y++) {
    const upper = stretch(Math.max(rows.first[y]!, 0));
    const lower = stretch(Math.min(rows.first[y]! + 1, image.height - 1));
    mixRows(result, y, [upper, lower], [rows.near[y]!, rows.far[y]!]);
  }
  return result;
}

/** For each target position the first of two neighbours (it may lie outside) and the weights of both. */
interface Taps {
  readonly first: Int32Array;
  readonly near: Int32Array;
  readonly far: Int32Array;
}

/** The step is the inverse of the inverse scale, and positions are float32: both show in the last bit of a weight. */
function taps(from: number, to: number): Taps {
  const step = 1 / (to / from);
  const result = { first: new Int32Array(to), near: new Int32Array(to), far: new Int32Array(to) };
  for (let index = 0; index < to; index++) {
    const position = Math.fround((index + 0.5) * step - 0.5);
    const first = Math.floor(position);
    const fraction = Math.fround(position - first);
    result.first[index] = first;
    result.near[index] = roundHalfEven(Math.fround(1 - fraction) * ONE);
    result.far[index] = roundHalfEven(fraction * ONE);
  }
  return result;
}

/** Taps whose neighbours all lie inside: along rows the border pixel alone counts, with weight one. */
function clampedTaps(from: number, to: number): Taps {
  const result = taps(from, to);
  for (let index = 0; index < to; index++) {
    const first = result.first[index]!;
    if (first >= 0 && first < from - 1) continue;
    result.first[index] = first < 0 ? 0 : from - 1;
    result.near[index] = ONE;
    result.far[index] = 0;
  }
  return result;
}

/** Rows of `image` stretched to `width`, times {@link ONE}. The last two are kept, since neighbours share them. */
function rowStretcher(image: Image, { first, near, far }: Taps, width: number): (row: number) => Int32Array {
  const rowBytes = image.width * CHANNELS;
  const kept = [0, 1].map(() => ({ row: -1, values: new Int32Array(width * CHANNELS) }));
  return (row) => {
    const found = kept.find((entry) => entry.row === row);
    if (found) return found.values;
    const oldest = kept.shift()!;
    kept.push(oldest);
    oldest.row = row;
    const start = row * rowBytes;
    for (let x = 0, at = 0; x < width; x++) {
      const left = start + first[x]! * CHANNELS;
      const right = far[x] === 0 ? left : left + CHANNELS;
      for (let channel = 0; channel < CHANNELS; channel++, at++)
        oldest.values[at] = image.data[left + channel]! * near[x]! + image.data[right + channel]! * far[x]!;
    }
    return oldest.values;
  };
}

function mixRows(
  target: Image,
  y: number,
  [upper, lower]: readonly [Int32Array, Int32Array],
  [near, far]: readonly [number, number],
): void {
  const start = y * target.width * CHANNELS;
  for (let at = 0; at < upper.length; at++)
    target.data[start + at] = (((near * (upper[at]! >> 4)) >> 16) + ((far * (lower[at]! >> 4)) >> 16) + 2) >> 2;
}
