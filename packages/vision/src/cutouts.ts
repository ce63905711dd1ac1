import { castTensor, type Tensor } from "@yolo-compile/core";
import type { Detection } from "./detection.js";
import { unexpectedOutput } from "./diagnostics.js";
import type { Size } from "./image.js";
import { type Mask, nativeMask, withoutPadding } from "./masks.js";
import type { LaidOutput } from "./output-parts.js";
import { rowLayout, rowMajor } from "./row-layout.js";

/** The objects of one picture, in the pixels of the network's input and, in the same order, in its own. */
export interface PlacedDetections {
  readonly letterboxed: readonly Detection[];
  readonly detections: readonly Detection[];
}

/**
 * One mask for each detection, in pixels of the original picture `size`, from masks that the graph has put together.
 * `cutouts: [n, most, height, width]` are probabilities, zero outside of the boxes, one for each of `rows`, from which the
 * detections come; picture `index` is taken. @throws detect/output
 */
export function processCutouts(
  cutouts: Tensor,
  rows: LaidOutput,
  { letterboxed, detections }: PlacedDetections,
  size: Size,
  index = 0,
): Mask[] {
  const [n, most, height, width] = cutouts.shape as [number, number, number, number];
  if (cutouts.shape.length !== 4 || n !== rows.tensor.shape[0] || most !== rows.tensor.shape[1])
    throw unexpectedOutput(cutouts, `a mask for each row [${rows.tensor.shape.slice(0, 2)},height,width]`);
  const rowOf = rowFinder(rows, index);
  const values = castTensor(cutouts, "f32").data as Float32Array; // f32 by the cast
  const inside = withoutPadding({ width, height }, size);
  const area = height * width;
  return letterboxed.map((detection, at) => {
    const start = (index * most + rowOf(detection)) * area;
    const map = { width, height, data: values.subarray(start, start + area) };
    return nativeMask(map, inside, detections[at]!.box, size);
  });
}

/** The row of a picture from which a detection was made: the first with its numbers. */
function rowFinder({ tensor, layout }: LaidOutput, picture: number): (detection: Detection) => number {
  const places = rowLayout(tensor, layout);
  const { rows, columns, box, scores, label = scores.at } = places;
  const values = rowMajor(tensor, layout, places).subarray(picture * rows * columns);
  const keyOf = (numbers: readonly number[]): string => numbers.join(" ");
  const rowsByKey = new Map<string, number>();
  for (let row = rows - 1; row >= 0; row--) {
    const at = row * columns;
    const corners = [box.first, box.first + 1, box.second, box.second + 1];
    rowsByKey.set(keyOf([...corners, scores.at, label].map((column) => values[at + column]!)), row);
  }
  return ({ box: corners, score, classIndex }) => rowsByKey.get(keyOf([...corners, score, classIndex]))!; // it is one of them
}
