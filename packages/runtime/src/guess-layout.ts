import {
  type NumberKind,
  type OutputLayout,
  type OutputPart,
  type PartName,
  type Tensor,
  toFloat64,
} from "@yolo-compile/core";
import { fitsShape, type Grid, gridOf, placeParts } from "./output-grid.js";

/** The columns of a box: x, y, width, height. */
const BOX = 4;

/**
 * The axis of the columns: the channels of a map [n,c,h,w]; of [n,a,b] the shorter one, since there are more boxes than
 * numbers of a box; else none, and all elements are one column.
 */
function columnAxis(shape: readonly number[]): number {
  if (shape.length === 4) return 1;
  if (shape.length === 3) return shape[1]! < shape[2]! ? 1 : 2;
  return shape.length > 4 ? shape.length - 1 : shape.length;
}

/** The layout of an output of which only the shape is known: one part. */
export function singlePart(output: string, shape: readonly number[]): OutputLayout {
  const axis = columnAxis(shape);
  return { output, axis, parts: [{ name: "values", kind: "other", count: shape[axis] ?? 1 }] };
}

/**
 * The likely layout of an output of a foreign model, by its shape and by the reference's outputs for every input: columns
 * that never leave 0…1 are probabilities, and four columns before them that do are a box in pixels.
 */
export function guessLayout(output: string, answers: readonly Tensor[]): OutputLayout {
  const [largest] = [...answers].sort((a, b) => b.data.length - a.data.length);
  const shape = largest?.shape ?? [];
  const single = singlePart(output, shape);
  const grid = gridOf(shape, single.axis);
  if (shape.length !== 3 || grid.columns === 0) return single;
  const isScore = scoreColumns(answers, single.axis, grid.columns);
  const parts: OutputPart[] = [];
  for (let start = 0; start < grid.columns; ) {
    let end = start + 1;
    while (end < grid.columns && isScore[end] === isScore[start]) end++;
    parts.push(...partsOf(isScore[start]!, start, end - start, end < grid.columns));
    start = end;
  }
  return { ...single, parts };
}

function partsOf(isScore: boolean, first: number, count: number, scoresFollow: boolean): OutputPart[] {
  const part = (name: PartName, kind: NumberKind, size: number): OutputPart => ({ name, kind, count: size });
  if (isScore) return [part("classes", "probability", count)];
  if (first === 0 && count === BOX && scoresFollow) return [part("center", "pixels", 2), part("size", "pixels", 2)];
  return [part("values", "other", count)];
}

/** Whether every finite number of a column lies in 0…1, but for rounding. */
function scoreColumns(answers: readonly Tensor[], axis: number, columns: number): boolean[] {
  const isScore = new Array<boolean>(columns).fill(true);
  for (const answer of answers) {
    const { outer, inner }: Grid = gridOf(answer.shape, axis);
    const values = answer.data instanceof Float32Array ? answer.data : toFloat64(answer);
    for (let o = 0; o < outer; o++)
      for (let c = 0; c < columns; c++)
        for (let i = 0; isScore[c] && i < inner; i++) {
          const value = values[(o * columns + c) * inner + i]!;
          if (value < -ROUNDED || value > 1 + ROUNDED) isScore[c] = false;
        }
  }
  return isScore;
}

/** The distance outside of 0…1 that rounding may give a sigmoid. */
const ROUNDED = 1e-6;

/** The layout by which an output was judged. */
export interface JudgedLayout {
  readonly layout: OutputLayout;
  /** Whether the network, or the file's metadata, gave the layout; else it is guessed from the reference's outputs. */
  readonly known: boolean;
}

/** The known layout of an output if its shape and its probabilities fit the answers, else one that is guessed from them. */
export function layoutOf(
  output: string,
  answers: readonly Tensor[],
  known: readonly OutputLayout[] = [],
): JudgedLayout {
  const found = known.find((layout) => layout.output === output);
  return found && answers.every(({ shape }) => fitsShape(found, shape)) && hasProbabilities(found, answers)
    ? { layout: found, known: true }
    : { layout: guessLayout(output, answers), known: false };
}

/** Whether the columns of probabilities never leave 0…1. Metadata may say that of logits. */
function hasProbabilities(layout: OutputLayout, answers: readonly Tensor[]): boolean {
  const placed = placeParts(layout);
  const isScore = scoreColumns(
    answers,
    layout.axis,
    placed.reduce((sum, { count }) => sum + count, 0),
  );
  return placed.every(
    ({ kind, first, count }) => kind !== "probability" || isScore.slice(first, first + count).every(Boolean),
  );
}
