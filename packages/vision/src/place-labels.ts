import type { Box } from "./detection.js";
import type { Size } from "./image.js";

/** A rectangle with whole-number corners. */
export interface Rectangle extends Size {
  readonly left: number;
  readonly top: number;
}

/**
 * A place for each label, in the order given: over its box, under it, or inside at the top or bottom, flush left or right;
 * the first of these that lies in the picture and covers no earlier label, else one that covers as little as can be.
 */
export function placeLabels(labels: readonly { readonly box: Box; readonly size: Size }[], picture: Size): Rectangle[] {
  const placed: Rectangle[] = [];
  for (const { box, size } of labels) {
    const costs = positions(box, size, picture).map((rectangle) => ({
      rectangle,
      covered: placed.reduce((sum, other) => sum + sharedArea(rectangle, other), 0),
    }));
    placed.push(costs.reduce((best, next) => (next.covered < best.covered ? next : best)).rectangle);
  }
  return placed;
}

function positions([x1, y1, x2, y2]: Box, { width, height }: Size, picture: Size): Rectangle[] {
  const tops = [y1 - height, y2, y1, y2 - height].filter((top) => top >= 0 && top + height <= picture.height);
  return (tops.length > 0 ? tops : [0]).flatMap((top) =>
    [x1, x2 - width].map((x) => ({ left: Math.max(0, Math.min(x, picture.width - width)), top, width, height })),
  );
}

function sharedArea(a: Rectangle, b: Rectangle): number {
  const width = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const height = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  return Math.max(0, width) * Math.max(0, height);
}
