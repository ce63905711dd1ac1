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
