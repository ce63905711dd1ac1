import type { Box, Detection } from "./detection.js";

/** The sizes of one picture's output; `columns` are 5, the classes and the mask coefficients. */
export interface RowLayout {
  readonly rows: number;
  readonly columns: number;
  readonly classes: number;
}

/**
 * Which rows and classes become detections: `classes` is undefined for all, `multiLabel` takes each class above the
 * threshold.
 */
export interface CandidateRules {
  /** A float32 value. */
  readonly confidence: number;
  readonly classes: ReadonlySet<number> | undefined;
  readonly multiLabel: boolean;
}

const OBJECTNESS = 4;
const FIRST_CLASS = 5;

/** The rows above the threshold as detections, in row order. A row with a NaN score is none. */
export function candidatesOf(data: Float32Array, layout: RowLayout, rules: CandidateRules): Detection[] {
  const labels = rules.multiLabel && layout.classes > 1 ? allClasses : bestClass;
  const found: Detection[] = [];
  for (let row = 0; row < layout.rows; row++) {
    const values = data.subarray(row * layout.columns, (row + 1) * layout.columns);
    if (!(values[OBJECTNESS]! > rules.confidence)) continue;
    const scores = weigh(values, FIRST_CLASS, layout.classes);
    for (const classIndex of labels(scores, rules.confidence))
      if (rules.classes?.has(classIndex) ?? true)
        found.push({
          box: cornersOf(values),
          score: scores[classIndex]!,
          classIndex,
          ...(layout.columns > FIRST_CLASS + layout.classes && { maskCoefficients: maskCoefficients(values, layout) }),
        });
  }
  return found;
}

/** YOLOv5 multiplies mask coefficients by the objectness, as it does class scores. */
const maskCoefficients = (values: Float32Array, { columns, classes }: RowLayout): Float32Array =>
  weigh(values, FIRST_CLASS + classes, columns - FIRST_CLASS - classes);

/** `count` values from `start`, each times the objectness, in float32. */
function weigh(values: Float32Array, start: number, count: number): Float32Array {
  const weighed = new Float32Array(count);
  for (let index = 0; index < count; index++) weighed[index] = values[start + index]! * values[OBJECTNESS]!;
  return weighed;
}

/** The first of the highest scores, if above the threshold. */
function bestClass(scores: Float32Array, confidence: number): number[] {
  let best = 0;
  for (let index = 0; index < scores.length; index++) {
    if (Number.isNaN(scores[index])) return [];
    if (scores[index]! > scores[best]!) best = index;
  }
  return scores[best]! > confidence ? [best] : [];
}

function allClasses(scores: Float32Array, confidence: number): number[] {
  const classes: number[] = [];
  for (let index = 0; index < scores.length; index++) if (scores[index]! > confidence) classes.push(index);
  return classes;
}

function cornersOf(values: Float32Array): Box {
  const [x, y, width, height] = [values[0]!, values[1]!, values[2]! / 2, values[3]! / 2];
  return [Math.fround(x - width), Math.fround(y - height), Math.fround(x + width), Math.fround(y + height)];
}
