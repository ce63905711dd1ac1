import type { Box } from "./detection.js";

/** A rectangle that is turned about its centre, in pixels; the angle is in radians, from x to y. */
export interface RotatedBox {
  readonly center: readonly [x: number, y: number];
  readonly size: readonly [width: number, height: number];
  readonly angle: number;
}

export type Point = readonly [x: number, y: number];

/** The four corners in turn. Source: ultralytics 8.4 utils/ops.py xywhr2xyxyxyxy. */
export function cornersOf({ center: [x, y], size: [width, height], angle }: RotatedBox): readonly Point[] {
  const [cos, sin] = [Math.cos(angle) / 2, Math.sin(angle) / 2];
  const along: Point = [width * cos, width * sin];
  const across: Point = [-height * sin, height * cos];
  const corner = (a: number, b: number): Point => [
    Math.fround(x + a * along[0] + b * across[0]),
    Math.fround(y + a * along[1] + b * across[1]),
  ];
  return [corner(1, 1), corner(1, -1), corner(-1, -1), corner(-1, 1)];
}

/** The smallest upright box around it. */
export function uprightBox(box: RotatedBox): Box {
  const corners = cornersOf(box);
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** The same rectangle at an angle of 0 to below pi/2. Source: ultralytics 8.4 utils/ops.py regularize_rboxes. */
export function regularize({ center, size: [width, height], angle }: RotatedBox): RotatedBox {
  const swap = remainder(angle, Math.PI) >= Math.PI / 2;
  return { center, size: swap ? [height, width] : [width, height], angle: remainder(angle, Math.PI / 2) };
}

/** Of the divisor's sign. */
const remainder = (value: number, divisor: number): number => value - Math.floor(value / divisor) * divisor;

/** A rotated box as a normal distribution: its centre, and the covariance [[a, c], [c, b]]. */
export interface Spread {
  readonly x: number;
  readonly y: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** The distribution of a box that is moved by `distance` along both axes. */
export function spreadOf({ center: [x, y], size: [width, height], angle }: RotatedBox, distance: number): Spread {
  const [along, across] = [width ** 2 / 12, height ** 2 / 12];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return {
    x: Math.fround(x + distance),
    y: Math.fround(y + distance),
    a: along * cos ** 2 + across * sin ** 2,
    b: along * sin ** 2 + across * cos ** 2,
    c: (along - across) * cos * sin,
  };
}

const EPSILON = 1e-7;

/**
 * The likeness of two rotated boxes, 0 to 1: one minus the Hellinger distance of their distributions.
 * Source: ultralytics 8.4 utils/metrics.py batch_probiou, after arXiv 2106.06072.
 */
export function likeness(one: Spread, two: Spread): number {
  const [a, b, c] = [one.a + two.a, one.b + two.b, one.c + two.c];
  const [x, y] = [one.x - two.x, one.y - two.y];
  const determinant = a * b - c ** 2;
  const apart = ((a * y ** 2 + b * x ** 2) / 4 - (c * x * y) / 2) / (determinant + EPSILON);
  const own = ({ a, b, c }: Spread): number => Math.max(a * b - c ** 2, 0);
  const unlike = Math.log(determinant / (4 * Math.sqrt(own(one) * own(two)) + EPSILON) + EPSILON) / 2;
  const distance = Math.min(Math.max(apart + unlike, EPSILON), 100);
  return 1 - Math.sqrt(1 - Math.exp(-distance) + EPSILON);
}
