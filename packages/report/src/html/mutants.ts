import { groupBy } from "@yolo-compile/core";
import type { MutantRow, Report } from "../report.js";
import { breakable } from "./breakable.js";
import { dataTable, type TableRow } from "./data-table.js";
import { formatCount, formatError, plural } from "./figures.js";
import { outcomeOf } from "./mark.js";
import { html, type Markup } from "./markup.js";
import { disclosure, type Section } from "./section.js";

/** The deliberate faults; those that survived come first. */
export function mutantsSection({ mutants }: Report): Section | undefined {
  if (!mutants || mutants.length === 0) return undefined;
  const groups = groupBy(mutants, ({ verdict }) => verdict);
  const of = (verdict: MutantRow["verdict"]): readonly MutantRow[] => groups.get(verdict) ?? [];
  const [survived, caught, equivalent] = [of("survived"), of("caught"), of("equivalent")];
  const changing = survived.length + caught.length;
  return {
    id: "mutants",
    title: "Faults made on purpose",
    tile: {
      label: "Faults caught",
      value: `${formatCount(caught.length)} of ${formatCount(changing)}`,
      outcome: changing === 0 ? "skipped" : outcomeOf(survived.length === 0),
    },
    lead: leadText(caught.length, changing, equivalent.length),
    body: [
      changing > 0 && score(caught.length, survived.length),
      survived.length > 0 && mutantTable("Not noticed", "At most", survived),
      caught.length > 0 &&
        disclosure(
          `${plural(caught.length, "fault")} caught, the least visible first`,
          mutantTable("Caught", "By", byError(caught)),
        ),
      equivalent.length > 0 &&
        disclosure(
          `${plural(equivalent.length, "fault changes", "faults change")} nothing, or less than rounding does`,
          mutantTable("Without effect", "Because", equivalent),
        ),
    ],
  };
}

function leadText(caught: number, changing: number, equivalent: number): string {
  const noticed = `${formatCount(caught)} of ${plural(changing, "fault")} that change the function were noticed by the inputs and tolerances of this run`;
  return `${noticed}${equivalent > 0 ? `; ${formatCount(equivalent)} more change nothing, or less than rounding does` : ""}.`;
}

const byError = (mutants: readonly MutantRow[]): readonly MutantRow[] =>
  [...mutants].sort((left, right) => rank(left) - rank(right));

const rank = ({ maxRel }: MutantRow): number => (Number.isFinite(maxRel) ? maxRel : Number.MAX_VALUE);

/** A bar with a cell for each fault that changes something. */
const score = (caught: number, survived: number): Markup => html`
<svg class="score" width="100%" height="8" role="img" aria-label="${caught} caught, ${survived} not noticed">
<rect class="lost" width="100%" height="8" rx="4"/><rect class="caught" width="${((100 * caught) / (caught + survived)).toFixed(2)}%" height="8" rx="4"/>
</svg>`;

const mutantTable = (caption: string, how: string, mutants: readonly MutantRow[]): Markup =>
  dataTable({
    caption,
    columns: [
      { label: "Fault" },
      { label: "Where", kind: "prose" },
      { label: "Of its unit", kind: "figure" },
      { label: how, kind: "prose" },
    ],
    rows: mutants.map(mutantCells),
  });

const mutantCells = ({ name, where, by, maxRel, verdict }: MutantRow): TableRow => ({
  failed: verdict === "survived",
  cells: [name, breakable(where), formatError(maxRel), breakable(by)],
});
