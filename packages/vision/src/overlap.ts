import type { Box } from "./detection.js";
import type { Mask } from "./masks.js";

/** Shared area by joint area, in float64. Two boxes without an area share all of it where they are the same, else nothing. */
export function boxOverlap(a: Box, b: Box): number {
  if (a.every((side, index) => side === b[index])) return 1;
  const shared = span(a[0], a[2], b[0], b[2]) * span(a[1], a[3], b[1], b[3]);
  const joint = area(a) + area(b) - shared;
  return joint > 0 ? shared / joint : 0;
}

const area = ([x1, y1, x2, y2]: Box): number => Math.max(0, x2 - x1) * Math.max(0, y2 - y1);

/** Length that two intervals share. */
const span = (from: number, to: number, otherFrom: number, otherTo: number): number =>
  Math.max(0, Math.min(to, otherTo) - Math.max(from, otherFrom));

/** Shared pixels by joint pixels of two masks of one picture. Two masks without a pixel are the same. */
export function maskOverlap(a: Mask, b: Mask): number {
  const shared = sharedPixels(a, b);
  const joint = pixels(a) + pixels(b) - shared;
  return joint > 0 ? shared / joint : 1;
}

const pixels = ({ data }: Mask): number => data.reduce((count, pixel) => count + pixel, 0);

function sharedPixels(a: Mask, b: Mask): number {
  const [left, top] = [Math.max(a.left, b.left), Math.max(a.top, b.top)];
  const right = Math.min(a.left + a.width, b.left + b.width);
  const bottom = Math.min(a.top + a.height, b.top + b.height);
  let shared = 0;
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) shared += pixelAt(a, x, y) & pixelAt(b, x, y);
  return shared;
}

/** The pixel at a place of the picture that lies in the mask's window. */
const pixelAt = ({ left, top, width, data }: Mask, x: number, y: number): number =>
  data[(y - top) * width + (x - left)]!;
