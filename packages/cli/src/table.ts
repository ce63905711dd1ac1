import Table from "cli-table3";
import { visiblePart } from "./colors.js";
import { textWidth, wrapText } from "./text-width.js";

const NO_LINES = ["top", "bottom", "mid"].flatMap((line) => [line, `${line}-mid`, `${line}-left`, `${line}-right`]);

/** Blanks between two columns. */
const GAP = "  ";

/** A table without lines, for cli-table3. */
const PLAIN = {
  chars: {
    ...Object.fromEntries([...NO_LINES, "left", "left-mid", "mid-mid", "right", "right-mid"].map((part) => [part, ""])),
    middle: GAP,
  },
  style: { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true },
};

/** A table's first row, and the alignment of its columns, left where not given. */
export interface TableLayout {
  readonly head: readonly string[];
  readonly colAligns?: readonly ("left" | "right")[];
  /** Columns to leave out where all are too wide, by number, the least important first. */
  readonly optional?: readonly number[];
}

type Cells = readonly string[];

/** A column as it is laid out. */
interface Column {
  readonly at: number;
  readonly width: number;
}

/**
 * The lines of a table. Each cell is one line, whatever it holds, unless all are wider than `width`: then words of the head
 * go below each other, optional columns are left out, and the widest cells are broken, in this order.
 */
export function formatTable(
  { head, colAligns = [], optional = [] }: TableLayout,
  rows: readonly (readonly (string | number)[])[],
  width = Number.POSITIVE_INFINITY,
): string[] {
  const body = rows.map((row) => row.map((cell) => visiblePart(String(cell))));
  const columns = layOut(head, body, optional, width);
  const lay = (row: Cells): string[] => columns.map(({ at, width: room }) => wrapText(row[at] ?? "", room).join("\n"));
  const table = new Table({ ...PLAIN, head: lay(head), colAligns: columns.map(({ at }) => colAligns[at] ?? "left") });
  for (const row of body) table.push(lay(row));
  return table.toString().split("\n");
}

function layOut(head: Cells, body: readonly Cells[], optional: readonly number[], width: number): readonly Column[] {
  // cli-table3 makes no column narrower than 1.
  const widest = (at: number, title: number): number =>
    Math.max(1, title, ...body.map((row) => textWidth(row[at] ?? "")));
  const whole = head.map((title, at) => ({ at, width: widest(at, textWidth(title)) }));
  if (total(whole) <= width) return whole;
  let columns: readonly Column[] = head.map((title, at) => ({
    at,
    width: widest(at, Math.max(...title.split(" ").map(textWidth))),
  }));
  for (const least of optional) {
    if (total(columns) <= width) return columns;
    columns = columns.filter(({ at }) => at !== least);
  }
  return narrowed(columns, width);
}

const total = (columns: readonly Column[]): number =>
  columns.reduce((sum, column) => sum + column.width, GAP.length * (columns.length - 1));

/** Columns that are not narrowed. */
const NARROW = 10;

/** Takes what is too much from the widest columns. */
function narrowed(columns: readonly Column[], width: number): readonly Column[] {
  const result = columns.map((column) => ({ ...column }));
  for (let over = total(result) - width; over > 0; over--) {
    const widest = result.reduce((most, column) => (column.width > most.width ? column : most));
    if (widest.width <= NARROW) break;
    widest.width--;
  }
  return result;
}
