import type { Box, Detection, Keypoint } from "./detection.js";
import { type RotatedBox, uprightBox } from "./rotated-box.js";
import type { RowLayout, Span } from "./row-layout.js";

/**
 * The rules by which rows become detections: `classes` is undefined for all, `multiLabel` makes one of each class above the
 * threshold.
 */
export interface CandidateRules {
  /** A float32 value. */
  readonly confidence: number;
  readonly classes: ReadonlySet<number> | undefined;
  readonly multiLabel: boolean;
}

/** The rows above the threshold as detections, in row order. A row with a NaN score is left out. */
export function candidatesOf(data: Float32Array, layout: RowLayout, rules: CandidateRules): Detection[] {
  const { rows, columns, objectness, scores, label, masks, keypoints } = layout;
  const labels = rules.multiLabel && scores.count > 1 ? allClasses : bestClass;
  const found: Detection[] = [];
  for (let row = 0; row < rows; row++) {
    const values = data.subarray(row * columns, (row + 1) * columns);
    const weight = objectness === undefined ? 1 : values[objectness]!;
    if (objectness !== undefined && !(weight > rules.confidence)) continue;
    const weighed = weigh(values, scores, weight);
    for (const place of labels(weighed, rules.confidence)) {
      const classIndex = label === undefined ? place : values[label]!;
      if (rules.classes?.has(classIndex) ?? true)
        found.push({
          ...placeOf(values, layout),
          score: weighed[place]!,
          classIndex,
          // YOLOv5 multiplies mask coefficients by the objectness, as it does class scores.
          ...(masks.count > 0 && { maskCoefficients: weigh(values, masks, weight) }),
          ...(keypoints.count > 0 && { keypoints: keypointsOf(values, keypoints) }),
        });
    }
  }
  return found;
}

/** The values of a span, each times `weight`, in float32. */
function weigh(values: Float32Array, { at, count }: Span, weight: number): Float32Array {
  const weighed = new Float32Array(count);
  for (let index = 0; index < count; index++) weighed[index] = values[at + index]! * weight;
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

function placeOf(values: Float32Array, { box, rotation }: RowLayout): Pick<Detection, "box" | "rotated"> {
  if (rotation === undefined) return { box: cornersOf(values, box) };
  const { first, second } = box;
  const rotated: RotatedBox = {
    center: [values[first]!, values[first + 1]!],
    size: [values[second]!, values[second + 1]!],
    angle: values[rotation]!,
  };
  return { box: uprightBox(rotated), rotated };
}

const keypointsOf = (values: Float32Array, { at, count, size }: RowLayout["keypoints"]): Keypoint[] =>
  Array.from({ length: count / size }, (_, index) => {
    const [x, y, score] = values.subarray(at + index * size, at + (index + 1) * size);
    return { x: x!, y: y!, ...(score !== undefined && { score }) };
  });

function cornersOf(values: Float32Array, { first, second, corners }: RowLayout["box"]): Box {
  const [x, y, right, bottom] = [values[first]!, values[first + 1]!, values[second]!, values[second + 1]!];
  if (corners) return [x, y, right, bottom];
  const [width, height] = [right / 2, bottom / 2];
  return [Math.fround(x - width), Math.fround(y - height), Math.fround(x + width), Math.fround(y + height)];
}
