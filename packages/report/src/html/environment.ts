import type { Report } from "../report.js";
import { breakable } from "./breakable.js";
import { formatCount } from "./figures.js";
import { html, type Markup, type Piece } from "./markup.js";
import type { Section } from "./section.js";

/** The versions, the machine and the hashes of the models. */
export function environmentSection({ environment, models, tool }: Report): Section {
  return {
    id: "environment",
    title: "Environment and hashes",
    lead: "What this run was made with, and the bytes that it judged.",
    body: html`
<dl class="facts">
${fact(tool.name, tool.version)}
${environment.map(([label, value]) => fact(label, value))}
${models.map(({ role, name, bytes, sha256 }) => fact(role === "reference" ? "Reference" : "Candidate", model(name, bytes, sha256)))}
</dl>`,
  };
}

const fact = (label: string, value: Piece): Markup => html`<div><dt>${label}</dt><dd>${value}</dd></div>`;

const model = (name: string, bytes: number | undefined, sha256: string | undefined): Piece => [
  breakable(name),
  bytes !== undefined && `, ${formatCount(bytes)} bytes`,
  sha256 !== undefined && html`<br><span class="quiet">SHA-256</span> <code class="hash">${sha256}</code>`,
];
