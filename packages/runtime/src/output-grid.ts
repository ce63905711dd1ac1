import { elementCount, type OutputLayout, type OutputPart } from "@yolo-compile/core";

/** A row-major tensor as `outer` blocks of `columns` runs of `inner` elements: a column is a place along one axis. */
export interface Grid {
  readonly outer: number;
  readonly columns: number;
  readonly inner: number;
}

/** A part of an output, and its first column. */
export interface PlacedPart extends OutputPart {
  readonly first: number;
}

/** A tensor as a grid along the axis of its parts; without axes it is one element. */
export const gridOf = (shape: readonly number[], axis: number): Grid => ({
  outer: elementCount(shape.slice(0, axis)),
  columns: shape[axis] ?? 1,
  inner: elementCount(shape.slice(axis + 1)),
});

/** The parts of a layout with the first column of each. */
export function placeParts({ parts }: OutputLayout): readonly PlacedPart[] {
  let first = 0;
  return parts.map((part) => {
    const placed = { ...part, first };
    first += part.count;
    return placed;
  });
}

/** Whether the parts fill the axis. */
export const fitsShape = ({ axis, parts }: OutputLayout, shape: readonly number[]): boolean =>
  axis < Math.max(1, shape.length) && parts.reduce((sum, { count }) => sum + count, 0) === (shape[axis] ?? 1);

/** More than the rounding of a sum of a thousand float32. */
const SUM_ROUNDING = 1e-4;

/** Whether a part has several columns that add up to 1 at every place. */
export function addsUpToOne(numbers: ArrayLike<number>, grid: Grid, { first, count }: PlacedPart): boolean {
  const { outer, columns, inner } = grid;
  if (count < 2) return false;
  for (let place = 0; place < outer * inner; place++) {
    const start = (Math.floor(place / inner) * columns + first) * inner + (place % inner);
    let sum = 0;
    for (let column = 0; column < count; column++) sum += numbers[start + column * inner]!;
    if (!(Math.abs(sum - 1) <= SUM_ROUNDING)) return false;
  }
  return true;
}
