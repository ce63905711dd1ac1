import type { OutputLayout } from "@yolo-compile/core";
import { placeParts } from "./output-grid.js";
import type { Numbers } from "./units.js";

/** Scores are nearly equal up to here: the last bits of a network decide which comes first, and which is the last in the list. */
const NEAR = 1e-4;

interface Columns {
  readonly count: number;
  readonly score: number;
  readonly label: number;
}

/**
 * The candidate's rows in the reference's order, where rows are boxes that are chosen already, best first: those whose scores
 * are nearly equal change places by the last bit. Each row is paired with the nearest one of its label and about its score. Rows of the reference
 * at the end of the list that have no partner stand for themselves if the candidate has others of such scores. Rows out of
 * the order of their scores are left as they are.
 * reference, candidate: [n,rows,columns]
 */
export function pairRows(
  reference: Numbers,
  candidate: Numbers,
  shape: readonly number[],
  layout: OutputLayout,
): Numbers {
  const columns = columnsOf(layout, shape);
  if (!columns) return candidate;
  const paired = new Float64Array(candidate.length);
  const size = shape[1]! * columns.count;
  for (let start = 0; start < candidate.length; start += size) {
    const [wanted, found] = [reference, candidate].map((all) => rowsOf(all, start, shape[1]!, columns.count));
    paired.set(pair(wanted!, found!, columns).flat(), start);
  }
  return paired;
}

/** The columns of score and label in a row; undefined for outputs that are no lists of chosen boxes. */
function columnsOf(layout: OutputLayout, shape: readonly number[]): Columns | undefined {
  if (layout.axis !== 2 || shape.length !== 3) return undefined;
  const placed = placeParts(layout);
  const [score, label] = (["score", "label"] as const).map((name) => placed.find((part) => part.name === name)?.first);
  return score === undefined || label === undefined ? undefined : { count: shape[2]!, score, label };
}

type Row = readonly number[];

const rowsOf = (all: Numbers, start: number, rows: number, columns: number): Row[] =>
  Array.from({ length: rows }, (_, row) =>
    Array.from(all.subarray(start + row * columns, start + (row + 1) * columns)),
  );

function pair(wanted: readonly Row[], found: readonly Row[], { score, label }: Columns): readonly Row[] {
  if (found.some((row, index) => index > 0 && !(row[score]! <= found[index - 1]![score]!))) return found;
  const left = new Set(found);
  const partners = wanted.map((row) => {
    const partner = nearest(
      row,
      [...left].filter((other) => other[label] === row[label] && Math.abs(other[score]! - row[score]!) <= NEAR),
    );
    if (partner) left.delete(partner);
    return partner;
  });
  const lowest = Math.min(...wanted.map((row) => row[score]!)) + NEAR;
  return wanted.map((row, index) => {
    const partner = partners[index];
    if (partner) return partner;
    const [other] = left;
    left.delete(other!); // as many rows are left as have no partner
    return row[score]! <= lowest && other![score]! <= lowest ? row : other!;
  });
}

function nearest(row: Row, others: readonly Row[]): Row | undefined {
  let [best, least] = [undefined as Row | undefined, Number.POSITIVE_INFINITY];
  for (const other of others) {
    const distance = row.reduce((sum, value, column) => sum + Math.abs(value - other[column]!), 0);
    if (distance < least) [best, least] = [other, distance];
  }
  return best;
}
