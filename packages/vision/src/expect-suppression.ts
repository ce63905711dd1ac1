import { castTensor, type Tensor, toFloat64 } from "@yolo-compile/core";
import type { Box } from "./detection.js";
import { type BestRules, type Reach, reachOf } from "./expect-best.js";
import { classDistance, nonMaxSuppression } from "./non-max-suppression.js";
import { type LaidOutput, type SplitRows, splitRows } from "./output-parts.js";
import { boxOverlap } from "./overlap.js";

/** The rules by which a graph suppresses boxes. */
export interface SuppressionRules {
  readonly confidence: number;
  readonly iou: number;
  readonly maxDetections: number;
  readonly agnostic: boolean;
  readonly multiLabel: boolean;
  /** Left out where suppression chooses from all boxes. */
  readonly best?: BestRules;
}

/** The rows that a graph with suppression gives, [n,most,6 + coefficients], and the number of each picture's, i64[n]. */
export interface SuppressedOutputs {
  readonly rows: Tensor;
  readonly count: Tensor;
}

/** Columns of a row: corners, then these. */
const [SCORE, LABEL, FIRST_COEFFICIENT] = [4, 5, 6] as const;

/** Rounding that no row need show: the last bits of a score, and of an overlap. */
const LEAST_SLACK = { score: 1e-5, overlap: 1e-4 } as const;

/**
 * The rows that a graph has to give, by the decoded boxes of its reference. A suppression is right by its definition: of the
 * boxes above the threshold, each that stays overlaps no better one that stays, each that goes overlaps one, or the list is
 * full. So where the found rows are such a choice among the reference's boxes, the answer is the reference's numbers of the
 * same boxes in the same order, else what our own suppression gives. Scores and overlaps that differ from a threshold, or from each
 * other, by less than twice what the found rows differ from the reference's may fall on either side of it: rounding decides those.
 * @throws detect/output
 */
export function expectSuppression(
  decoded: LaidOutput,
  found: SuppressedOutputs,
  rules: SuppressionRules,
): SuppressedOutputs {
  const parts = splitRows(decoded, "xyxy");
  const [n, most, columns] = found.rows.shape as [number, number, number];
  const values = castTensor(found.rows, "f32").data as Float32Array; // f32 by the cast
  const counts = toFloat64(found.count);
  const data = new Float32Array(values.length);
  const expectedCounts = new BigInt64Array(n);
  const reach = rules.best && reachOf(decoded, rules.best);
  for (let picture = 0; picture < n; picture++) {
    const own = new Picture(parts, picture, rules, reach?.(picture));
    const start = picture * most * columns;
    const rows = rowsOf(values.subarray(start, start + most * columns), columns);
    const chosen = own.choice(rows, counts[picture] ?? 0, most) ?? own.suppressed(decoded, most);
    chosen.forEach((row, index) => {
      data.set(row.slice(0, columns), start + index * columns);
    });
    expectedCounts[picture] = BigInt(chosen.length);
  }
  return {
    rows: { dtype: "f32", shape: found.rows.shape, data },
    count: { dtype: "i64", shape: [n], data: expectedCounts },
  };
}

/** Scores of one box differ by less. */
const OTHER = 0.05;

type Row = ArrayLike<number>;

const rowsOf = (values: Float32Array, columns: number): readonly Float32Array[] =>
  Array.from({ length: values.length / columns }, (_, row) => values.subarray(row * columns, (row + 1) * columns));

/** The box as it is compared with others, rounded as there. */
const moved = ([x1, y1, x2, y2]: Box, distance: number): Box => [
  Math.fround(x1 + distance),
  Math.fround(y1 + distance),
  Math.fround(x2 + distance),
  Math.fround(y2 + distance),
];

/** Boxes that are further apart do not meet, however they are rounded. */
const ROUNDED = 1;

const meet = (a: Box, b: Box): boolean =>
  a[0] <= b[2] + ROUNDED && b[0] <= a[2] + ROUNDED && a[1] <= b[3] + ROUNDED && b[1] <= a[3] + ROUNDED;

/** A box of the reference under one of its classes. */
interface Candidate {
  readonly row: number;
  readonly label: number;
  readonly score: number;
}

interface Slack {
  readonly score: number;
  readonly overlap: number;
}

/** The boxes of one picture. */
class Picture {
  readonly #boxes: Float32Array;
  readonly #scores: Float32Array;
  readonly #coefficients: Float32Array;
  readonly #rows: number;
  readonly #classes: number;
  readonly #masks: number;

  constructor(
    { boxes, scores, coefficients }: SplitRows,
    readonly picture: number,
    readonly rules: SuppressionRules,
    readonly reach: Reach | undefined,
  ) {
    const part = ({ shape, data }: Tensor): Float32Array => {
      const size = shape[1]! * shape[2]!;
      return (data as Float32Array).subarray(picture * size, (picture + 1) * size); // splitRows gives f32
    };
    [this.#boxes, this.#scores, this.#coefficients] = [part(boxes), part(scores), part(coefficients)];
    [, this.#rows, this.#classes] = scores.shape as [number, number, number];
    this.#masks = coefficients.shape[2]!;
  }

  /** The reference's rows of the found boxes, undefined where these are no right choice. */
  choice(found: readonly Row[], count: number, most: number): readonly number[][] | undefined {
    if (!(count >= 0 && count <= most)) return undefined;
    if (found.slice(count).some((row) => Array.from(row).some((value) => value !== 0))) return undefined;
    const chosen = this.#partners(found.slice(0, count));
    if (!chosen) return undefined;
    const slack = this.#slack(chosen, found);
    return this.#isStable(chosen, slack) && this.#isComplete(chosen, slack, count === most)
      ? chosen.map((each) => this.#rowOf(each))
      : undefined;
  }

  /** What our own suppression leaves. */
  suppressed(decoded: LaidOutput, most: number): readonly number[][] {
    const { tensor, layout } = decoded;
    const all = nonMaxSuppression(tensor, layout, { ...this.rules, maxDetections: most });
    return all[this.picture]!.map(({ box, score, classIndex, maskCoefficients = [] }) => [
      ...box,
      score,
      classIndex,
      ...maskCoefficients,
    ]);
  }

  #box(row: number): Box {
    const at = row * 4;
    return [this.#boxes[at]!, this.#boxes[at + 1]!, this.#boxes[at + 2]!, this.#boxes[at + 3]!];
  }

  #score(row: number, label: number): number {
    return this.#scores[row * this.#classes + label]!;
  }

  #best(row: number): Candidate {
    let label = 0;
    for (let other = 1; other < this.#classes; other++)
      if (this.#score(row, other) > this.#score(row, label)) label = other;
    return { row, label, score: this.#score(row, label) };
  }

  /** The nearest box of the reference for each found one, each once; undefined where the found rows are out of order. */
  #partners(found: readonly Row[]): readonly Candidate[] | undefined {
    const taken = new Set<number>();
    const chosen: Candidate[] = [];
    for (const [index, row] of found.entries()) {
      const label = row[LABEL]!;
      if (!Number.isInteger(label) || label < 0 || label >= this.#classes) return undefined;
      if (index > 0 && !(row[SCORE]! <= found[index - 1]![SCORE]!)) return undefined;
      const nearest = this.#nearest(row, label, taken);
      if (nearest === undefined || Math.abs(this.#score(nearest, label) - row[SCORE]!) > OTHER) return undefined;
      taken.add(nearest * this.#classes + label);
      chosen.push({ row: nearest, label, score: this.#score(nearest, label) });
    }
    return chosen;
  }

  #nearest(found: Row, label: number, taken: ReadonlySet<number>): number | undefined {
    let [best, least] = [undefined as number | undefined, Number.POSITIVE_INFINITY];
    const side = Math.max(1, Math.abs(found[2]! - found[0]!), Math.abs(found[3]! - found[1]!));
    for (let row = 0; row < this.#rows; row++) {
      let distance = Math.abs(this.#score(row, label) - found[SCORE]!);
      for (let at = 0; at < 4; at++) distance += Math.abs(this.#boxes[row * 4 + at]! - found[at]!) / side;
      if (distance < least && !taken.has(row * this.#classes + label)) [best, least] = [row, distance];
    }
    return best;
  }

  #slack(chosen: readonly Candidate[], found: readonly Row[]): Slack {
    let [score, overlap] = [0, 0];
    chosen.forEach((each, index) => {
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0, given = 0] = Array.from(found[index]!);
      score = Math.max(score, Math.abs(each.score - given));
      overlap = Math.max(overlap, 1 - boxOverlap(this.#box(each.row), [x1, y1, x2, y2]));
    });
    return { score: LEAST_SLACK.score + 2 * score, overlap: LEAST_SLACK.overlap + 2 * overlap };
  }

  /** Whether the chosen are above the threshold, are of their boxes' best classes, and leave each other alone. */
  #isStable(chosen: readonly Candidate[], slack: Slack): boolean {
    const { confidence, iou, multiLabel } = this.rules;
    return chosen.every((each, index) => {
      if (!(each.score > confidence - slack.score) || this.reach?.isPossible(each.row) === false) return false;
      if (!multiLabel && each.score < this.#best(each.row).score - slack.score) return false;
      return chosen.slice(0, index).every((better) => this.#overlap(better, each) <= iou + slack.overlap);
    });
  }

  /** Whether each box that goes overlaps a better one that stays, or is worse than all of a full list. */
  #isComplete(chosen: readonly Candidate[], slack: Slack, full: boolean): boolean {
    const { confidence, iou, multiLabel } = this.rules;
    const stays = new Set(chosen.map(({ row, label }) => row * this.#classes + label));
    const rows = new Set(chosen.map(({ row }) => row));
    const last = full ? (chosen.at(-1)?.score ?? Number.POSITIVE_INFINITY) + slack.score : Number.NEGATIVE_INFINITY;
    const least = Math.max(confidence + slack.score, last);
    const isAccounted = (gone: Candidate): boolean =>
      !(gone.score > least) ||
      this.reach?.isSure(gone.row) === false ||
      stays.has(gone.row * this.#classes + gone.label) ||
      (!multiLabel && rows.has(gone.row)) ||
      chosen.some(
        (better) => better.score >= gone.score - slack.score && this.#overlap(better, gone) > iou - slack.overlap,
      );
    for (let row = 0; row < this.#rows; row++) {
      if (!multiLabel) {
        if (!isAccounted(this.#best(row))) return false;
      } else
        for (let label = 0; label < this.#classes; label++)
          if (!isAccounted({ row, label, score: this.#score(row, label) })) return false;
    }
    return true;
  }

  /** Classes that differ do not meet. */
  #overlap(a: Candidate, b: Candidate): number {
    if (!this.rules.agnostic && a.label !== b.label) return 0;
    const [first, second] = [this.#box(a.row), this.#box(b.row)];
    if (!meet(first, second)) return 0;
    const distance = this.rules.agnostic ? 0 : classDistance(a.label);
    return boxOverlap(moved(first, distance), moved(second, distance));
  }

  #rowOf({ row, label, score }: Candidate): number[] {
    const coefficients = this.#coefficients.subarray(row * this.#masks, (row + 1) * this.#masks);
    const columns = [...this.#box(row), score, label, ...coefficients];
    return columns.slice(0, FIRST_COEFFICIENT + this.#masks);
  }
}
