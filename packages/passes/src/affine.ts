import type { Value } from "@yolo-compile/ir";

/** The numbers that a value takes. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Facts about the values of a graph, gathered by running it. */
export type Ranges = ReadonlyMap<Value, Range>;

/** How integers from 0 to 255 stand for numbers: (integer - zero) * scale. */
export interface Affine {
  readonly scale: number;
  readonly zero: number;
}

/** The largest integer of 8 bits without a sign. */
const LARGEST = 255;

/** The least scale: that of a value which is always zero, too, and large enough for products of scales. */
export const LEAST_SCALE = 2 ** -40;

/** The finest integers of 8 bits for a range. Zero, which pads maps, is one of the numbers that are met exactly. */
export function affineOf({ min, max }: Range): Affine {
  const low = Math.min(min, 0);
  const scale = Math.fround(Math.max((Math.max(max, 0) - low) / LARGEST, LEAST_SCALE));
  return { scale, zero: Math.min(LARGEST, Math.max(0, Math.round(-low / scale))) };
}

/** The range of both. */
export const joinRanges = (a: Range, b: Range): Range => ({ min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) });
