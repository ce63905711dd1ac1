import { castTensor, type OutputLayout, type Tensor } from "@yolo-compile/core";
import { unexpectedOutput } from "./diagnostics.js";
import { hasBoxes, rowLayout, rowMajor } from "./row-layout.js";

/** An output, and the layout of its numbers. */
export interface LaidOutput {
  readonly tensor: Tensor;
  readonly layout: OutputLayout;
}

/** Decoded rows, part by part: [n,rows,…] each. */
export interface SplitRows {
  /** Left, top, right, bottom, or centre and size, in pixels. */
  readonly boxes: Tensor;
  /** One score a class, weighed by the objectness where there is one. */
  readonly scores: Tensor;
  /** Mask coefficients, weighed too; [n,rows,0] without any. */
  readonly coefficients: Tensor;
}

/** Takes decoded rows apart, in float32 as a graph does. @throws detect/output */
export function splitRows({ tensor, layout }: LaidOutput, form: "xyxy" | "xywh"): SplitRows {
  const places = rowLayout(tensor, layout);
  const { columns, box, objectness, scores, masks } = places;
  const values = rowMajor(tensor, layout, places);
  const count = values.length / columns;
  const part = (size: number, numberAt: (start: number, column: number) => number): Tensor => {
    const data = new Float32Array(count * size);
    for (let row = 0; row < count; row++)
      for (let column = 0; column < size; column++) data[row * size + column] = numberAt(row * columns, column);
    return { dtype: "f32", shape: [tensor.shape[0]!, places.rows, size], data };
  };
  const weight = (start: number): number => (objectness === undefined ? 1 : values[start + objectness]!);
  const side = (start: number, column: number): number => {
    const [a, b] = [values[start + box.first + (column % 2)]!, values[start + box.second + (column % 2)]!];
    if (box.corners === (form === "xyxy")) return column < 2 ? a : b;
    if (form === "xyxy") return column < 2 ? a - Math.fround(b / 2) : a + Math.fround(b / 2);
    return column < 2 ? Math.fround(a + b) / 2 : b - a;
  };
  return {
    boxes: part(4, side),
    scores: part(scores.count, (start, column) => values[start + scores.at + column]! * weight(start)),
    coefficients: part(masks.count, (start, column) => values[start + masks.at + column]! * weight(start)),
  };
}

/**
 * The outputs with boxes and their scores side by side in one, where the model has them apart; else the same outputs.
 * @throws detect/output where the parts do not belong together
 */
export function joinParts(outputs: readonly LaidOutput[]): readonly LaidOutput[] {
  const boxes = outputs.find(({ layout }) => hasBoxes(layout));
  const isPart = ({ layout, tensor }: LaidOutput): boolean => layout.axis === 2 && tensor.shape.length === 3;
  const parts = outputs.filter(isPart);
  if (!boxes || !isPart(boxes) || parts.length < 2 || boxes.layout.parts.some(({ name }) => name === "classes"))
    return outputs;
  const [n, rows] = boxes.tensor.shape as [number, number, number];
  for (const { tensor } of parts)
    if (tensor.shape[0] !== n || tensor.shape[1] !== rows) throw unexpectedOutput(tensor, `[${n},${rows},…]`);
  const columns = parts.reduce((sum, { tensor }) => sum + tensor.shape[2]!, 0);
  const data = new Float32Array(n * rows * columns);
  let first = 0;
  for (const { tensor } of parts) {
    const values = castTensor(tensor, "f32").data as Float32Array; // f32 by the cast
    const size = tensor.shape[2]!;
    for (let row = 0; row < n * rows; row++)
      data.set(values.subarray(row * size, (row + 1) * size), row * columns + first);
    first += size;
  }
  const layout = { ...boxes.layout, parts: parts.flatMap((part) => part.layout.parts) };
  const joined = { tensor: { dtype: "f32", shape: [n, rows, columns], data }, layout } as const;
  return [joined, ...outputs.filter((output) => !isPart(output))];
}
