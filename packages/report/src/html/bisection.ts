import type { Report } from "../report.js";
import { fact } from "./fact.js";
import { formatError, formatTolerance } from "./figures.js";
import { marginText } from "./margin.js";
import { html } from "./markup.js";
import type { Section } from "./section.js";
import { unbroken } from "./unbroken.js";

/** The pass, rewrite and node at which the graphs begin to differ. */
export function bisectionSection({ bisection }: Report): Section | undefined {
  if (!bisection) return undefined;
  const { pass, rewrite, node, where, tolerance, maxAbs, maxRel, reproducer } = bisection;
  return {
    id: "bisection",
    title: "Where the graphs part",
    tile: { label: "First fault", value: where, outcome: "failed" },
    lead: `The first rewrite that takes the difference beyond ${formatTolerance(tolerance.relative)} of scale.`,
    body: html`
<dl class="culprit">
${fact("Pass", pass)}
${fact("Rewrite", html`<code>${rewrite.rule}</code> number ${rewrite.number}`)}
${fact("Node", html`${node.op} <code>${node.path}</code>`)}
${fact("Yaml row", where)}
${fact("Error", html`<strong>${formatError(maxRel)}</strong> of scale, absolute ${formatError(maxAbs)}; ${unbroken(marginText(maxRel, tolerance))} (${tolerance.name})`)}
${reproducer !== undefined && fact("Reproducer", html`<code>${reproducer}</code>, the smallest graphs before and after, and their inputs`)}
</dl>`,
  };
}
