import type { Check, ComparedCheck, Report, SkippedCheck } from "../report.js";
import { comparedOf, worstFirst } from "../worst-check.js";
import { breakable } from "./breakable.js";
import { type Column, dataTable, PLOT_COLUMN, type TableRow } from "./data-table.js";
import { type ErrorScale, errorScale } from "./error-scale.js";
import { errorStrip } from "./error-strip.js";
import { formatCount, formatError, formatTolerance, plural } from "./figures.js";
import { inputTable } from "./input-table.js";
import { outcomeLabel, outcomeOf } from "./mark.js";
import { html, type Markup } from "./markup.js";
import { disclosure, type Section } from "./section.js";

/** The most comparisons that are listed one by one; more are summed up by input. */
const MANY = 8;

/** The comparisons of outputs, the worst first. */
export function checksSection({ checks }: Report): Section | undefined {
  if (checks.length === 0) return undefined;
  const compared = [...comparedOf(checks)].sort(worstFirst);
  const skipped = checks.filter((check): check is SkippedCheck => check.status === "skipped");
  const good = compared.filter(({ ok }) => ok).length;
  const scale = errorScale(compared.flatMap(({ maxRel, tolerance }) => [maxRel, tolerance.relative]));
  const all = checkTable(compared, skipped, scale);
  return {
    id: "checks",
    title: "Outputs",
    tile: {
      label: "Checks passed",
      value: `${formatCount(good)} of ${formatCount(compared.length)}`,
      outcome: compared.length === 0 ? "skipped" : outcomeOf(good === compared.length),
    },
    lead: leadText(checks, compared, good),
    body:
      compared.length > MANY
        ? [inputTable(compared, scale), disclosure(`All ${plural(checks.length, "comparison")}`, all)]
        : all,
  };
}

function leadText(checks: readonly Check[], compared: readonly ComparedCheck[], good: number): string {
  const inputs = new Set(checks.map(({ input }) => input)).size;
  const outputs = new Set(checks.map(({ output }) => output)).size;
  const made = `${plural(compared.length, "comparison")} of ${plural(outputs, "output")} on ${plural(inputs, "input")}`;
  const skipped = checks.length - compared.length;
  const verdict =
    good === compared.length ? "all within the tolerance" : `${compared.length - good} beyond the tolerance`;
  return `${made}, ${verdict}${skipped > 0 ? `; ${skipped} not made` : ""}. Each error is in the unit of its kind of number.`;
}

const COLUMNS: readonly Column[] = [
  { label: "Input" },
  { label: "Output" },
  { label: "On" },
  { label: "Runtime rewrites" },
  { label: "Closest part", kind: "prose" },
  { label: "Of its unit", kind: "figure" },
  { label: "Allowed", kind: "figure" },
  PLOT_COLUMN,
  { label: "Absolute", kind: "figure" },
  { label: "Result" },
];

const checkTable = (compared: readonly ComparedCheck[], skipped: readonly SkippedCheck[], scale: ErrorScale): Markup =>
  dataTable({
    caption: "Each comparison, the worst first",
    columns: COLUMNS,
    rows: [...compared.map((check) => comparedRow(check, scale)), ...skipped.map(skippedRow)],
  });

function comparedRow(check: ComparedCheck, scale: ErrorScale): TableRow {
  const { input, output, provider, runtimeLevel, part, unit, maxAbs, maxRel, tolerance, nonFinite, ok } = check;
  const sick = nonFinite > 0 && html` <span class="quiet">${plural(nonFinite, "element")} not finite</span>`;
  return {
    failed: !ok,
    cells: [
      breakable(input),
      output,
      provider,
      runtimeLevel,
      html`${part} <span class="quiet">of ${unit}</span>`,
      formatError(maxRel),
      html`<span title="${tolerance.name}">${formatTolerance(tolerance.relative)}</span>`,
      errorStrip([{ error: maxRel, ok }], tolerance.relative, scale),
      formatError(maxAbs),
      [outcomeLabel(outcomeOf(ok)), sick],
    ],
  };
}

const skippedRow = ({ input, output, provider, runtimeLevel, reason }: SkippedCheck): TableRow => ({
  cells: [
    input,
    output,
    provider,
    runtimeLevel,
    "",
    "",
    "",
    "",
    "",
    [outcomeLabel("skipped", "not made"), `: ${reason}`],
  ],
});
