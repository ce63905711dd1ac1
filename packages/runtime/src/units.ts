import type { DType, NumberKind } from "@yolo-compile/core";
import type { Grid, PlacedPart } from "./output-grid.js";

/** The elements of a tensor, as numbers. */
export type Numbers = Float32Array | Float64Array;

/** The units in which errors of a part are measured. */
export interface Unit {
  /** The unit for an element of the reference, by its value, its column in the part and its place in that column. */
  of(value: number, column: number, place: number): number;
  /**
   * The unit of the sum of a column's errors, from the sum of p(1-p) and the number of its elements. Left out where columns
   * are not summed.
   */
  readonly total?: (slopes: number, count: number) => number;
}

/**
 * The least size of a box in pixels, half the finest stride of most networks. A box is judged by its own size, since an
 * error of a hundredth of it costs any box the same overlap.
 */
const LEAST_BOX = 16;

/** The least scale of a column, as a share of the largest magnitude of its part. */
const LEAST_SCALE = 1e-6;

/**
 * The effect of rounding on a probability near 0 or 1, in units: ONNX Runtime's sigmoid is a polynomial around 0.5, so that
 * even the smallest is a multiple of 3e-8 and off by a few of them, 1.8e-7 at most.
 */
const ROUNDED_PROBABILITY = 1e-2;

/** The same for the mean over a column, where single roundings cancel out. */
const ROUNDED_MEAN = 5e-4;

/** The last bit of a float16 near 1, as a share of what `F16` allows. */
const HALF_PROBABILITY = 5e-2;

/** The effect of rounding alone on a probability, in units. */
export const rounding = (dtype: DType): number =>
  dtype === "f16" || dtype === "bf16" ? HALF_PROBABILITY : ROUNDED_PROBABILITY;

type MakeUnit = (
  part: PlacedPart,
  placed: readonly PlacedPart[],
  grid: Grid,
  expected: Numbers,
  rounded: number,
) => Unit;

/**
 * 4p(1-p) is 1 where p = 0.5 and falls as p saturates, as the effect of a logit on p does: an error of one unit is a shift
 * of the logit by 4 anywhere. The sum over a column shows a shift that rounding hides in its elements.
 */
const probability: MakeUnit = (_part, _placed, _grid, _expected, rounded) => ({
  of: (value) => Math.max(0, 4 * value * (1 - value)) + rounded,
  total: (slopes, count) => 4 * slopes + Math.sqrt(count) * rounded + count * ROUNDED_MEAN,
});

/** The longer side of the box that the number belongs to, else the largest magnitude in the column. */
const pixels: MakeUnit = (part, placed, grid, expected, rounded) => {
  const sides = boxSides(placed, grid, expected);
  if (!sides) return column(part, placed, grid, expected, rounded);
  return { of: (_value, _column, place) => sides[place]! };
};

/** The largest magnitude in the column. */
const column: MakeUnit = (part, _placed, grid, expected) => {
  const scales = columnScales(part, grid, expected);
  const least = LEAST_SCALE * scales.reduce((most, scale) => Math.max(most, scale), 0);
  const units = scales.map((scale) => Math.max(scale, least));
  return { of: (_value, at) => units[at]! };
};

/** The largest magnitude of all columns of the part. */
const part: MakeUnit = (own, _placed, grid, expected) => {
  const largest = columnScales(own, grid, expected).reduce((most, scale) => Math.max(most, scale), 0);
  return { of: () => largest };
};

/** Classes have no distance: another one is wrong. */
const label: MakeUnit = () => ({ of: () => 1 });

const UNITS = {
  pixels,
  probability,
  logit: part,
  coefficient: column,
  distance: column,
  angle: part,
  label,
  other: column,
} as const satisfies Record<NumberKind, MakeUnit>;

/** The unit of each kind of number, in words: what an error of 1 would be. */
const IN_WORDS = {
  pixels: "the box’s longer side",
  probability: "4p(1-p)",
  logit: "the largest of all",
  coefficient: "the largest of its column",
  distance: "the largest of its column",
  angle: "the largest of all",
  label: "another class",
  other: "the largest of its column",
} as const satisfies Record<NumberKind, string>;

/** The unit of a kind of number, in words. */
export const describeUnit = (kind: NumberKind): string => IN_WORDS[kind];

/** The units of a part by its kind; `placed` are all parts of the output. */
export const unitOf: MakeUnit = (own, placed, grid, expected, rounded) =>
  UNITS[own.kind](own, placed, grid, expected, rounded);

/** The longer side of each box, in pixels; undefined where the output has no boxes. */
function boxSides(placed: readonly PlacedPart[], grid: Grid, expected: Numbers): Float64Array | undefined {
  const box = placed.find(({ name }) => name === "size" || name === "corners");
  if (!box) return undefined;
  const { outer, columns, inner } = grid;
  const sides = new Float64Array(outer * inner).fill(LEAST_BOX);
  const at = (o: number, c: number, i: number): number => expected[(o * columns + box.first + c) * inner + i]!;
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < inner; i++)
      for (let c = 0; c < 2; c++) {
        const side = Math.abs(box.name === "size" ? at(o, c, i) : at(o, c + 2, i) - at(o, c, i));
        const place = o * inner + i;
        if (side > sides[place]! && Number.isFinite(side)) sides[place] = side;
      }
  return sides;
}

/** The largest finite magnitude in each column of a part. */
function columnScales({ first, count }: PlacedPart, { outer, columns, inner }: Grid, values: Numbers): Float64Array {
  const scales = new Float64Array(count);
  for (let o = 0; o < outer; o++)
    for (let c = 0; c < count; c++) {
      const start = (o * columns + first + c) * inner;
      for (let i = 0; i < inner; i++) {
        const magnitude = Math.abs(values[start + i]!);
        if (magnitude > scales[c]! && Number.isFinite(magnitude)) scales[c] = magnitude;
      }
    }
  return scales;
}
