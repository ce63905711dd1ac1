import type { BudgetRow, MeasuredBudget, Report } from "../report.js";
import { classAttribute } from "./class-attribute.js";
import { dataTable, type TableRow } from "./data-table.js";
import { type ErrorScale, errorScale } from "./error-scale.js";
import { percent } from "./error-strip.js";
import { formatCount, formatError, plural } from "./figures.js";
import { outcomeLabel } from "./mark.js";
import { html, type Markup } from "./markup.js";
import type { Section } from "./section.js";

/** The difference that each cause makes. Bars share one logarithmic axis; what has no part in the model stands apart. */
export function budgetSection({ budget }: Report): Section | undefined {
  if (!budget || budget.length === 0) return undefined;
  const measured = budget.filter((row): row is MeasuredBudget => row.status === "measured");
  const scale = errorScale(measured.map(({ maxRel }) => maxRel));
  const parts = [budget.filter(({ whatIf }) => !whatIf), budget.filter(({ whatIf }) => whatIf)] as const;
  return {
    id: "budget",
    title: "Error budget",
    tile: { label: "Error causes", value: `${formatCount(measured.length)} of ${formatCount(budget.length)}` },
    lead: leadText(budget, measured),
    body: [
      budgetTable(
        "The difference that each cause makes by itself, in the unit of the worst number’s kind",
        parts[0],
        scale,
      ),
      parts[1].length > 0 &&
        html`<div class="apart">${budgetTable("What if: the difference that another arithmetic would make", parts[1], scale)}</div>`,
    ],
  };
}

const budgetTable = (caption: string, rows: readonly BudgetRow[], scale: ErrorScale): Markup =>
  dataTable({
    caption,
    columns: [
      { label: "Cause" },
      { label: "Of its unit", kind: "figure" },
      { label: axisText(scale), kind: "plot" },
      { label: "Absolute", kind: "figure" },
      { label: "Measured between", kind: "prose" },
    ],
    rows: rows.map((row) => budgetCells(row, scale)),
  });

const axisText = ({ ticks }: ErrorScale): string =>
  `From ${ticks[0]?.label ?? "0"} to ${ticks.at(-1)?.label ?? "1"}, logarithmic`;

function leadText(budget: readonly BudgetRow[], measured: readonly MeasuredBudget[]): string {
  const skipped = budget.length - measured.length;
  const how = `${plural(measured.length, "cause was", "causes were")} measured by switching one thing each`;
  return `${how}${skipped > 0 ? `, ${skipped} could not be` : ""}. Causes can cancel out or add up, so they need not sum to the whole.`;
}

function budgetCells(row: BudgetRow, scale: ErrorScale): TableRow {
  const sides = html`<span class="quiet">${row.comparedTo}</span>`;
  if (row.status === "skipped")
    return { cells: [row.cause, "", [outcomeLabel("skipped", "not measured"), `: ${row.reason}`], "", sides] };
  const { cause, maxRel, maxAbs } = row;
  return { cells: [cause, formatError(maxRel), bar(maxRel, scale), formatError(maxAbs), sides] };
}

function bar(error: number, { place }: ErrorScale): Markup {
  const beyond = classAttribute(Number.isFinite(error) ? "bar" : "bar beyond");
  return html`<span${beyond}><span style="width:${percent(place(error))}"></span></span>`;
}
