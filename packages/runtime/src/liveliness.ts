import { type OutputLayout, type Tensor, toFloat64 } from "@yolo-compile/core";
import { layoutOf } from "./guess-layout.js";
import { gridOf, type PlacedPart, placeParts } from "./output-grid.js";

interface Answered {
  readonly outputs: ReadonlyMap<string, Tensor>;
}

/**
 * The case whose outputs test a model best: those with probabilities furthest from 0 and 1, of objects if there are such,
 * else of classes; without any, those with the largest numbers. Outputs that are not finite come last, and the first of
 * equals is taken.
 */
export function liveliest<Case extends Answered>(
  [first, ...others]: readonly Case[],
  layouts: readonly OutputLayout[] = [],
): Case {
  let [best, most] = [first!, others.length > 0 ? liveliness(first!, layouts) : 0]; // there is one at least
  for (const each of others) {
    const found = liveliness(each, layouts);
    if (found > most) [best, most] = [each, found];
  }
  return best;
}

function liveliness({ outputs }: Answered, layouts: readonly OutputLayout[]): number {
  let sum = 0;
  for (const [name, tensor] of outputs) {
    const { layout } = layoutOf(name, [tensor], layouts);
    const placed = placeParts(layout);
    const scores = placed.filter(({ kind }) => kind === "probability");
    const telling = scores.filter(({ name: part }) => part === "objectness");
    const [parts, show] = scores.length > 0 ? [telling.length > 0 ? telling : scores, slope] : [placed, Math.abs];
    for (const part of parts) sum += meanOf(tensor, layout.axis, part, show);
  }
  return Number.isFinite(sum) ? sum : Number.NEGATIVE_INFINITY;
}

const slope = (probability: number): number => probability * (1 - probability);

function meanOf(tensor: Tensor, axis: number, { first, count }: PlacedPart, show: (value: number) => number): number {
  const { outer, columns, inner } = gridOf(tensor.shape, axis);
  const values = tensor.data instanceof Float32Array ? tensor.data : toFloat64(tensor);
  let sum = 0;
  for (let o = 0; o < outer; o++) {
    const [from, to] = [(o * columns + first) * inner, (o * columns + first + count) * inner];
    for (let index = from; index < to; index++) sum += show(values[index]!);
  }
  return sum / Math.max(1, outer * count * inner);
}
