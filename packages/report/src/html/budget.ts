import type { BudgetRow, MeasuredBudget, Report } from "../report.js";
import { dataTable, type TableRow } from "./data-table.js";
import { percent } from "./error-strip.js";
import { formatCount, formatError, plural } from "./figures.js";
import { outcomeLabel } from "./mark.js";
import { html, type Markup } from "./markup.js";
import type { Section } from "./section.js";

/** The share of each cause in the difference. Bars share one linear axis, so that lengths compare. */
export function budgetSection({ budget }: Report): Section | undefined {
  if (!budget || budget.length === 0) return undefined;
  const measured = budget.filter((row): row is MeasuredBudget => row.status === "measured");
  const largest = Math.max(...measured.map(({ maxRel }) => maxRel).filter(Number.isFinite), 0);
  return {
    id: "budget",
    title: "Error budget",
    tile: { label: "Error causes", value: `${formatCount(measured.length)} of ${formatCount(budget.length)}` },
    lead: leadText(budget, measured),
    body: dataTable({
      caption: "The difference that each cause makes by itself, in the unit of the worst number’s kind",
      columns: [
        { label: "Cause" },
        { label: "Of its unit", kind: "figure" },
        { label: "Share of the largest", kind: "plot" },
        { label: "Absolute", kind: "figure" },
        { label: "Measured between", kind: "prose" },
      ],
      rows: budget.map((row) => budgetCells(row, largest)),
    }),
  };
}

function leadText(budget: readonly BudgetRow[], measured: readonly MeasuredBudget[]): string {
  const skipped = budget.length - measured.length;
  const how = `${plural(measured.length, "cause was", "causes were")} measured by switching one thing each`;
  return `${how}${skipped > 0 ? `, ${skipped} could not be` : ""}. Causes can cancel out or add up, so they need not sum to the whole.`;
}

function budgetCells(row: BudgetRow, largest: number): TableRow {
  const sides = html`<span class="quiet">${row.comparedTo}</span>`;
  if (row.status === "skipped")
    return { cells: [row.cause, "", [outcomeLabel("skipped", "not measured"), `: ${row.reason}`], "", sides] };
  const { cause, maxRel, maxAbs } = row;
  return { cells: [cause, formatError(maxRel), bar(maxRel, largest), formatError(maxAbs), sides] };
}

function bar(error: number, largest: number): Markup {
  if (!Number.isFinite(error)) return html`<span class="bar beyond"><span style="width:100%"></span></span>`;
  const share = largest > 0 ? percent(Math.max(0, error / largest) * 100) : "0%";
  return html`<span class="bar"><span style="width:${share}"></span></span>`;
}
