import { classAttribute } from "./class-attribute.js";
import { html, type Markup, type Piece } from "./markup.js";

/** The head of a column, and how its cells look. */
export interface Column {
  readonly label: Piece;
  /** Figures stand to the right; plots and prose need room. */
  readonly kind?: "figure" | "plot" | "prose";
}

/** The column of {@link errorStrip}. */
export const PLOT_COLUMN: Column = { label: "Against the tolerance", kind: "plot" };

/** The content of a table. */
export interface DataTable {
  readonly caption: string;
  readonly columns: readonly Column[];
  /** Cells of each row; the first names the row. */
  readonly rows: readonly TableRow[];
}

/** One row; a failed one is marked. */
export interface TableRow {
  readonly cells: readonly Piece[];
  readonly failed?: boolean;
  /** The fragment of a link to the row. */
  readonly id?: string;
}

/** Columns from which on a table is wider than a telephone. */
const WIDE = 4;

/** A table that scrolls by itself where it is too wide for the screen. */
export const dataTable = ({ caption, columns, rows }: DataTable): Markup => html`
<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}${columns.length >= WIDE && html`<span class="sideways"> scrolls sideways →</span>`}</caption>
<thead><tr>${columns.map(({ label, kind }) => html`<th scope="col"${classAttribute(kind)}>${label}</th>`)}</tr></thead>
<tbody>${rows.map((row) => tableRow(row, columns))}</tbody>
</table></div>`;

function tableRow({ cells: [name, ...cells], failed, id }: TableRow, columns: readonly Column[]): Markup {
  return html`
<tr${classAttribute(failed && "failed")}${id !== undefined && html` id="${id}"`}><th scope="row">${name}</th>${cells.map(
    (cell, index) => html`<td${classAttribute(columns[index + 1]?.kind)}>${cell}</td>`,
  )}</tr>`;
}
