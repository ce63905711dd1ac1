import type { DiagramNode, DiagramRow, LayerRow, NodeDiagram } from "../report.js";
import { breakable } from "./breakable.js";
import { type DiagramPart, diagramParts } from "./diagram-parts.js";
import { formatCount, formatError, formatShape, plural } from "./figures.js";
import { mark } from "./mark.js";
import { html, type Markup, type Piece } from "./markup.js";
import { nodeGraph } from "./node-graph.js";

/** A row that opens to its nodes before and after. `id` is of the inside: a link to it opens the row without a script. */
export function rowDetails(row: DiagramRow, layer: LayerRow | undefined, id: string, open: boolean): Markup {
  const { index, module, where, shapes, before, after } = row;
  return html`
<details class="row"${open && html` open`}><summary><span class="number">${index}</span><span class="module">${breakable(module)}</span><span class="quiet where">${where}</span><span class="quiet shape">${shapes.map(formatShape).join(", ")}</span><span class="count">${change(before, after)}</span><span class="error">${errorOf(layer)}</span></summary>
<div class="inside" id="${id}">
${rewritesOf(row)}
${diagramParts(row).map((part, _, parts) => (parts.length === 1 ? sides(part, `row ${index}`) : block(part)))}
</div></details>`;
}

const change = (before: NodeDiagram, after: NodeDiagram): string =>
  before.nodes.length === after.nodes.length
    ? plural(after.nodes.length, "node")
    : `${formatCount(before.nodes.length)} → ${plural(after.nodes.length, "node")}`;

function errorOf(layer: LayerRow | undefined): Piece {
  if (!layer) return undefined;
  if (layer.status === "uncovered") return html`<span title="${layer.reason}">not compared</span>`;
  return layer.ok
    ? formatError(layer.maxRel)
    : html`<span class="outcome failed">${mark("failed")}${formatError(layer.maxRel)}</span>`;
}

function rewritesOf({ after }: DiagramRow): Markup | false {
  const counts = new Map<string, number>();
  for (const rule of after.nodes.flatMap(({ rules }) => rules)) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  if (counts.size === 0) return html`<p class="quiet">No rewrite touches this row.</p>`;
  return html`<p class="rules">${[...counts].map(([rule, count]) => html`<span><code>${breakable(rule)}</code> × ${count}</span> `)}</p>`;
}

const block = (part: DiagramPart): Markup => html`
<details class="row block"><summary><span class="module mono">${breakable(part.path)}</span><span class="count">${change(part.before, part.after)}</span></summary><div class="inside">${sides(part, part.path)}</div></details>`;

const sides = ({ before, after }: DiagramPart, of: string): Markup => html`
<div class="sides">
${side("Before", before, after.nodes, of)}
${side("After", after, before.nodes, of)}
</div>`;

const side = (label: string, diagram: NodeDiagram, counterparts: readonly DiagramNode[], of: string): Markup => html`
<figure><figcaption>${label}, ${plural(diagram.nodes.length, "node")}</figcaption>
<div class="frame" role="region" aria-label="${label}: ${of}" tabindex="0">${nodeGraph(diagram, counterparts, `${label}: nodes of ${of}`)}</div></figure>`;
