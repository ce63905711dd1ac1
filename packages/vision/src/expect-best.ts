import { castTensor, type Tensor } from "@yolo-compile/core";
import { unexpectedOutput } from "./diagnostics.js";
import type { LaidOutput } from "./output-parts.js";
import { type RowLayout, rowLayout, rowMajor } from "./row-layout.js";

/** The boxes of each level of a detector, and the most that are decoded of them. */
export interface BestRules {
  readonly levels: readonly number[];
  readonly top: number;
}

/** Objectnesses of one box differ by less. */
const OTHER = 0.05;

/** Rounding that no row need show. */
const LEAST_SLACK = 1e-6;

/** A stretch of rows of one picture. */
interface Stretch {
  readonly first: number;
  readonly count: number;
}

/**
 * The rows that a graph has to give which decodes the boxes of the highest objectness alone, level by level: [n,k,columns].
 * A choice is right if the rest has no higher objectness. Where the found rows are such a choice among the reference's, best
 * first, the answer is the reference's numbers of the same boxes, else the reference's own best. Objectnesses that differ by less
 * than twice what the found rows differ from the reference's may change places: rounding decides those.
 * @throws detect/output
 */
export function expectBest(decoded: LaidOutput, found: Tensor, { levels, top }: BestRules): Tensor {
  const { rows, objectness, columns, wanted } = readRows(decoded, levels);
  const [n = 0, kept = 0, width] = found.shape;
  const best = levels.map((count) => Math.min(count, top));
  if (width !== columns || n !== decoded.tensor.shape[0] || kept !== sum(best))
    throw unexpectedOutput(found, `[${decoded.tensor.shape[0]},${sum(best)},${columns}]`);
  const values = castTensor(found, "f32").data as Float32Array; // f32 by the cast
  const data = new Float32Array(values.length);
  for (let picture = 0; picture < n; picture++) {
    let [from, to] = [picture * rows, picture * kept];
    levels.forEach((count, level) => {
      const given = { first: to, count: best[level]! };
      const chosen = chooseBest({ wanted, values, columns, objectness }, { first: from, count }, given);
      chosen.forEach((row, index) => {
        data.set(wanted.subarray(row * columns, (row + 1) * columns), (to + index) * columns);
      });
      [from, to] = [from + count, to + best[level]!];
    });
  }
  return { dtype: "f32", shape: found.shape, data };
}

/** For each row of a picture whether it must be, and whether it can be, among the best of its level. */
export interface Reach {
  isSure(row: number): boolean;
  isPossible(row: number): boolean;
}

/** The room that the last bits of an objectness get where the last of a level's best is chosen. */
const REACH_SLACK = 1e-3;

/** Which rows of each picture a graph has that decodes the best alone. @throws detect/output */
export function reachOf(decoded: LaidOutput, { levels, top }: BestRules): (picture: number) => Reach {
  const { rows, objectness, columns, wanted } = readRows(decoded, levels);
  return (picture) => {
    const likely = (row: number): number => wanted[(picture * rows + row) * columns + objectness]!;
    const bounds = new Float64Array(rows);
    let first = 0;
    for (const count of levels) {
      const own = Float64Array.from({ length: count }, (_, index) => likely(first + index)).sort();
      bounds.fill(count > top ? own[count - top]! : Number.NEGATIVE_INFINITY, first, first + count);
      first += count;
    }
    return {
      isSure: (row) => likely(row) > bounds[row]! + REACH_SLACK,
      isPossible: (row) => likely(row) >= bounds[row]! - REACH_SLACK,
    };
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

interface ReadRows extends Pick<RowLayout, "rows" | "columns"> {
  readonly objectness: number;
  readonly wanted: Float32Array;
}

/** @throws detect/output unless the rows have an objectness and are as many as the levels say */
function readRows({ tensor, layout }: LaidOutput, levels: readonly number[]): ReadRows {
  const places = rowLayout(tensor, layout);
  const { rows, columns, objectness } = places;
  if (objectness === undefined || rows !== sum(levels))
    throw unexpectedOutput(tensor, `${sum(levels)} rows with an objectness`);
  return { rows, columns, objectness, wanted: rowMajor(tensor, layout, places) };
}

interface Sides {
  readonly wanted: Float32Array;
  readonly values: Float32Array;
  readonly columns: number;
  readonly objectness: number;
}

/** The rows of the reference that answer the found ones. */
function chooseBest({ wanted, values, columns, objectness }: Sides, all: Stretch, given: Stretch): readonly number[] {
  const likely = (row: number): number => wanted[row * columns + objectness]!;
  const found = (row: number): number => values[row * columns + objectness]!;
  const sorted = Array.from({ length: all.count }, (_, index) => all.first + index).sort(
    (a, b) => likely(b) - likely(a) || a - b,
  );
  const own = sorted.slice(0, given.count);
  const last = likely(own.at(-1)!) - OTHER;
  const left = new Set(sorted.filter((row) => likely(row) >= last));
  const partners: number[] = [];
  let slack = 0;
  for (let index = 0; index < given.count; index++) {
    const row = given.first + index;
    const partner = nearest(left, (other) => distance(wanted, other * columns, values, row * columns, columns));
    if (partner === undefined || !(Math.abs(likely(partner) - found(row)) < OTHER)) return own;
    slack = Math.max(slack, 2 * Math.abs(likely(partner) - found(row)));
    left.delete(partner);
    partners.push(partner);
  }
  slack += LEAST_SLACK;
  const isSorted = partners.every(
    (_, index) => index === 0 || found(given.first + index) <= found(given.first + index - 1) + slack,
  );
  const least = Math.min(...partners.map(likely)) + slack;
  return isSorted && [...left].every((row) => likely(row) <= least) ? partners : own;
}

function nearest(rows: ReadonlySet<number>, distanceOf: (row: number) => number): number | undefined {
  let [best, least] = [undefined as number | undefined, Number.POSITIVE_INFINITY];
  for (const row of rows) {
    const far = distanceOf(row);
    if (far < least) [best, least] = [row, far];
  }
  return best;
}

/** The sum of all differences; those of pixels weigh most, as they tell boxes apart. */
function distance(a: Float32Array, from: number, b: Float32Array, other: number, columns: number): number {
  let total = 0;
  for (let column = 0; column < columns; column++) total += Math.abs(a[from + column]! - b[other + column]!);
  return total;
}
