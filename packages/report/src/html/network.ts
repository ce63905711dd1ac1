import type { DiagramRow, LayerRow, Report } from "../report.js";
import { formatCount, plural } from "./figures.js";
import { html, type Markup } from "./markup.js";
import { rowDetails } from "./row-details.js";
import { rowGraph } from "./row-graph.js";
import type { Section } from "./section.js";

/** The network drawn, and the nodes of each row before and after. */
export function networkSection({ network, layers }: Report): Section | undefined {
  if (!network || network.rows.length === 0) return undefined;
  const { rows } = network;
  const count = (side: "before" | "after"): number => rows.reduce((sum, row) => sum + row[side].nodes.length, 0);
  const idOf = (position: number): string => `row-${position}`;
  const found = new Map(layers?.rows.map((layer) => [layer.index, layer]));
  const graph = rowGraph(rows, layers, idOf);
  const shown = firstShown(rows, found);
  return {
    id: "network",
    title: "The network, before and after",
    tile: { label: "Network", value: plural(rows.length, "row") },
    lead: `${plural(rows.length, "yaml row")} with ${formatCount(count("before"))} nodes before the rewrites and ${formatCount(count("after"))} after them. A row opens to its nodes.`,
    body: html`
<div class="network">
${graph && html`<figure class="map">${graph}${layers && legend()}</figure>`}
<div class="opened">
<p class="key"><span class="sample rewritten"></span>made or changed by a rewrite <span class="sample gone"></span>no such node afterwards</p>
${rows.map((row, position) => rowDetails(row, found.get(row.index), idOf(position), row === shown))}
</div>
</div>`,
  };
}

/** The row that is open at first: the first that failed, else the one from which the rewrites take most nodes. */
function firstShown(rows: readonly DiagramRow[], layers: ReadonlyMap<number, LayerRow>): DiagramRow | undefined {
  const saved = ({ before, after }: DiagramRow): number => before.nodes.length - after.nodes.length;
  const failed = rows.find(({ index }) => {
    const layer = layers.get(index);
    return layer?.status === "compared" && !layer.ok;
  });
  return failed ?? [...rows].sort((left, right) => saved(right) - saved(left))[0];
}

const legend = (): Markup => html`
<figcaption class="quiet"><span class="ramp" aria-hidden="true"></span>Error of the row, from a ten-thousandth of the tolerance up to the tolerance; a row beyond it has a thick frame and a cross.</figcaption>`;
