import type { Divergence, Report, Tolerance } from "../report.js";
import { fact } from "./fact.js";
import { formatError, formatTolerance } from "./figures.js";
import { marginText } from "./margin.js";
import { html, type Markup } from "./markup.js";
import type { Section } from "./section.js";
import { unbroken } from "./unbroken.js";

/** The row and the node at which a model of another tool begins to differ. */
export function divergenceSection({ divergence }: Report): Section | undefined {
  if (!divergence) return undefined;
  const { index, module, where, tolerance, node } = divergence;
  return {
    id: "divergence",
    title: "Where the models part",
    tile: { label: "First fault", value: `row ${index}`, outcome: "failed" },
    lead: `The first yaml row whose output is off by more than ${formatTolerance(tolerance.relative)} of scale, although all that it reads is right.`,
    body: html`
<dl class="culprit">
${fact("Yaml row", `${index}, ${module} (${where})`)}
${fact("Error of the row", error(divergence, tolerance))}
${
  node && [
    fact("Node", html`${node.op} <code>${node.path}</code>`),
    fact("Should be", html`<code>${node.nearest}</code> of the checkpoint, or what comes closest to it`),
    fact("Error of the node", error(node, tolerance)),
  ]
}
</dl>`,
  };
}

const error = ({ maxRel, maxAbs }: Pick<Divergence, "maxAbs" | "maxRel">, tolerance: Tolerance): Markup =>
  html`<strong>${formatError(maxRel)}</strong> of scale, absolute ${formatError(maxAbs)}; ${unbroken(marginText(maxRel, tolerance))} (${tolerance.name})`;
