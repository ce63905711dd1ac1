import {
  castTensor,
  isFloat,
  type OutputLayout,
  type OutputPart,
  type PartName,
  type Tensor,
} from "@yolo-compile/core";
import { unexpectedOutput } from "./diagnostics.js";

/** Consecutive columns of a row. */
export interface Span {
  readonly at: number;
  readonly count: number;
}

/** The columns of a row, which is one box of one picture. */
export interface RowLayout {
  readonly rows: number;
  readonly columns: number;
  /** Centre and size, or two corners. */
  readonly box: { readonly first: number; readonly second: number; readonly corners: boolean };
  /** The factor of class scores and mask coefficients, where the family has one. */
  readonly objectness: number | undefined;
  /** A score for each class, or the one score of the label. */
  readonly scores: Span;
  /** The class, where suppression is part of the graph. */
  readonly label: number | undefined;
  readonly masks: Span;
  /** Points of two numbers, x and y, or of three, with a score. */
  readonly keypoints: Span & { readonly size: 2 | 3 };
  /** The angle of a box that is given by centre and size. */
  readonly rotation: number | undefined;
}

/**
 * The columns of `output`, whose axes are [pictures, rows, columns] or [pictures, columns, rows] by the layout's axis.
 * @throws detect/output where the output holds no boxes or has other sizes
 */
export function rowLayout(output: Tensor, layout: OutputLayout): RowLayout {
  const { axis, parts } = layout;
  const columns = parts.reduce((sum, { count }) => sum + count, 0);
  const expected = (): Error =>
    unexpectedOutput(output, `floats of ${columns} columns along axis ${axis}: ${describe(layout)}`);
  const rows = output.shape[3 - axis];
  if (!isFloat(output.dtype) || output.shape.length !== 3 || output.shape[axis] !== columns || rows === undefined)
    throw expected();
  const spans = spansOf(layout);
  const [center, size, corners] = (["center", "size", "corners"] as const).map((name) => spans.get(name)?.at);
  const scores = spans.get("classes") ?? spans.get("score");
  const [first, second] = corners === undefined ? [center, size] : [corners, corners + 2];
  const keypoints = keypointSpan(parts, spans.get("keypoints") ?? { at: columns, count: 0 });
  if (keypoints.count % keypoints.size > 0) throw expected();
  if (first === undefined || second === undefined || !scores) throw expected();
  return {
    rows,
    columns,
    box: { first, second, corners: corners !== undefined },
    objectness: spans.get("objectness")?.at,
    scores,
    label: spans.get("label")?.at,
    masks: spans.get("masks") ?? { at: columns, count: 0 },
    keypoints,
    rotation: spans.get("rotation")?.at,
  };
}

/** The numbers of all pictures, row by row, whichever axis the output has them along. */
export function rowMajor(output: Tensor, { axis }: OutputLayout, { rows, columns }: RowLayout): Float32Array {
  const values = castTensor(output, "f32").data as Float32Array; // f32 by the cast
  if (axis === 2) return values;
  const turned = new Float32Array(values.length);
  const size = rows * columns;
  for (let start = 0; start < values.length; start += size)
    for (let column = 0; column < columns; column++)
      for (let row = 0; row < rows; row++)
        turned[start + row * columns + column] = values[start + column * rows + row]!;
  return turned;
}

/** Whether a layout is one of boxes, upright or rotated. */
export const hasAnyBoxes = ({ parts }: OutputLayout): boolean =>
  parts.some(({ name }) => name === "corners" || name === "center");

/** Whether a layout is one of upright boxes. */
export const hasBoxes = (layout: OutputLayout): boolean =>
  hasAnyBoxes(layout) && !layout.parts.some(({ name }) => name === "rotation");

const keypointSpan = (parts: readonly OutputPart[], span: Span): RowLayout["keypoints"] => ({
  ...span,
  size: parts.some(({ name, kind }) => name === "keypoints" && kind === "probability") ? 3 : 2,
});

/** Parts of one name that follow each other, as keypoints and their scores do, are one span. */
function spansOf({ parts }: OutputLayout): ReadonlyMap<PartName, Span> {
  const spans = new Map<PartName, Span>();
  let at = 0;
  for (const { name, count } of parts) {
    const before = spans.get(name);
    const follows = before && before.at + before.count === at;
    spans.set(name, follows ? { at: before.at, count: before.count + count } : { at, count });
    at += count;
  }
  return spans;
}

const describe = ({ parts }: OutputLayout): string => parts.map(({ name, count }) => `${count} ${name}`).join(", ");
