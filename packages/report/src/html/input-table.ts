import { groupBy } from "@yolo-compile/core";
import type { ComparedCheck } from "../report.js";
import { worstFirst } from "../worst-check.js";
import { breakable } from "./breakable.js";
import { type Column, dataTable, PLOT_COLUMN, type TableRow } from "./data-table.js";
import type { ErrorScale } from "./error-scale.js";
import { errorStrip } from "./error-strip.js";
import { formatError } from "./figures.js";
import { mark, outcomeLabel, outcomeOf } from "./mark.js";
import { html, type Markup } from "./markup.js";

/**
 * A row for each input, with the worst error under each way to run. The order is that of `compared`, which has the worst
 * first.
 */
export function inputTable(compared: readonly ComparedCheck[], scale: ErrorScale): Markup {
  const inputs = groupBy(compared, ({ input }) => input);
  const ways = [...groupBy(compared, wayOf).keys()].sort();
  const columns: Column[] = [
    { label: "Input" },
    ...ways.map((label): Column => ({ label, kind: "figure" })),
    PLOT_COLUMN,
    { label: "Result" },
  ];
  const rows = [...inputs].map(([input, checks]) => inputRow(input, checks, ways, scale));
  return dataTable({ caption: "The worst error on each input, the worst first", columns, rows });
}

function inputRow(
  input: string,
  checks: readonly ComparedCheck[],
  ways: readonly string[],
  scale: ErrorScale,
): TableRow {
  const byWay = groupBy(checks, wayOf);
  const ok = checks.every((check) => check.ok);
  const dots = [...byWay.values()].map((group) => group[0]!); // a group has a first member, its worst
  return {
    failed: !ok,
    cells: [
      breakable(input),
      ...ways.map((way) => worstCell(byWay.get(way))),
      errorStrip(
        dots.map(({ maxRel, ok }) => ({ error: maxRel, ok })),
        dots[0]!.tolerance.relative,
        scale,
      ),
      outcomeLabel(outcomeOf(ok)),
    ],
  };
}

function worstCell(checks: readonly ComparedCheck[] = []): Markup {
  const [worst] = [...checks].sort(worstFirst);
  if (!worst) return html`<span class="quiet">not run</span>`;
  const title = `${worst.output} (${worst.part}, of ${worst.unit}): absolute ${formatError(worst.maxAbs)}, ${worst.tolerance.relative} is allowed (${worst.tolerance.name})`;
  return html`<span title="${title}">${!worst.ok && mark("failed")}${formatError(worst.maxRel)}</span>`;
}

const wayOf = ({ provider, runtimeLevel }: ComparedCheck): string => `${provider}, runtime rewrites ${runtimeLevel}`;
