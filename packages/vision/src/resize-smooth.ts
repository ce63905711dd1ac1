import { blankImage, CHANNELS, type Image, type Size } from "./image.js";

/** Interpolation weights have 22 bits. */
const ONE = 2 ** 22;

/**
 * Scaling by a triangle as wide as the step, so that no pixel is left out in a smaller picture: that of PIL's `resize` with BILINEAR.
 * Along rows first, rounded to 8 bits, then along columns.
 */
export function resizeSmooth(image: Image, size: Size): Image {
  return turned(stretched(turned(stretched(image, size.width)), size.height));
}

/** Rows stretched to `width`. */
function stretched(image: Image, width: number): Image {
  if (width === image.width) return image;
  const result = blankImage({ width, height: image.height });
  for (const [x, { first, weights }] of weightsOf(image.width, width).entries())
    for (let y = 0; y < image.height; y++)
      for (let channel = 0; channel < CHANNELS; channel++) {
        let sum = ONE / 2;
        for (const [index, weight] of weights.entries())
          sum += weight * image.data[(y * image.width + first + index) * CHANNELS + channel]!;
        result.data[(y * width + x) * CHANNELS + channel] = Math.min(255, Math.max(0, Math.floor(sum / ONE)));
      }
  return result;
}

interface Weights {
  readonly first: number;
  readonly weights: readonly number[];
}

function weightsOf(from: number, to: number): Weights[] {
  const step = from / to;
  const reach = Math.max(step, 1);
  return Array.from({ length: to }, (_, index) => {
    const center = (index + 0.5) * step;
    const first = Math.max(0, Math.trunc(center - reach + 0.5));
    const last = Math.min(from, Math.trunc(center + reach + 0.5));
    const raw = Array.from({ length: last - first }, (_, at) =>
      Math.max(0, 1 - Math.abs((first + at - center + 0.5) / reach)),
    );
    const sum = raw.reduce((a, b) => a + b, 0);
    return { first, weights: raw.map((weight) => Math.round((weight / sum) * ONE)) };
  });
}

/** Rows as columns. */
function turned(image: Image): Image {
  const result = blankImage({ width: image.height, height: image.width });
  for (let y = 0; y < image.height; y++)
    for (let x = 0; x < image.width; x++)
      for (let channel = 0; channel < CHANNELS; channel++)
        result.data[(x * image.height + y) * CHANNELS + channel] =
          image.data[(y * image.width + x) * CHANNELS + channel]!;
  return result;
}
