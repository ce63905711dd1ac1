import type { Report, RunFacts } from "../report.js";
import { breakable } from "./breakable.js";
import { formatCount } from "./figures.js";
import { html, type Markup, type Piece } from "./markup.js";
import type { Section } from "./section.js";

/** The versions, the machine and the hashes of the models. */
export function environmentSection({ environment, models, tool, run }: Report): Section {
  return {
    id: "environment",
    title: "Run, environment and hashes",
    lead: "The command, what it was run with, and the bytes that it judged.",
    body: html`
<dl class="facts">
${run && runFacts(run)}
${fact(tool.name, tool.version)}
${environment.map(([label, value]) => fact(label, value))}
${models.map(({ role, name, bytes, sha256 }) => fact(role === "reference" ? "Reference" : "Candidate", model(name, bytes, sha256)))}
</dl>`,
  };
}

const runFacts = ({ command, started, elapsedMs, files }: RunFacts): Markup => html`
${fact("Command", html`<code>${breakable(command)}</code>`)}
${fact("Started", html`<time datetime="${started}">${started}</time>`)}
${fact("Took", `${(elapsedMs / 1000).toFixed(2)} s`)}
${files.map(({ name, bytes, sha256 }) => fact("File", model(name, bytes, sha256)))}`;

const fact = (label: string, value: Piece): Markup => html`<div><dt>${label}</dt><dd>${value}</dd></div>`;

const model = (name: string, bytes: number | undefined, sha256: string | undefined): Piece => [
  breakable(name),
  bytes !== undefined && `, ${formatCount(bytes)} bytes`,
  sha256 !== undefined && html`<br><span class="quiet">SHA-256</span> <code class="hash">${sha256}</code>`,
];
