import Table from "cli-table3";
import { visiblePart } from "./colors.js";

const NO_LINES = ["top", "bottom", "mid"].flatMap((line) => [line, `${line}-mid`, `${line}-left`, `${line}-right`]);

/** A table without lines, for cli-table3. */
const PLAIN = {
  chars: {
    ...Object.fromEntries([...NO_LINES, "left", "left-mid", "mid-mid", "right", "right-mid"].map((part) => [part, ""])),
    middle: "  ",
  },
  style: { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true },
};

/** A table's first row, and the alignment of its columns, left where not given. */
export interface TableLayout {
  readonly head: readonly string[];
  readonly colAligns?: readonly ("left" | "right")[];
}

/** The lines of a table; each cell is one line, whatever it holds. */
export function formatTable(
  { head, colAligns = [] }: TableLayout,
  rows: readonly (readonly (string | number)[])[],
): string[] {
  const table = new Table({ ...PLAIN, head: [...head], colAligns: [...colAligns] });
  for (const row of rows) table.push(row.map((cell) => visiblePart(String(cell))));
  return table.toString().split("\n");
}
