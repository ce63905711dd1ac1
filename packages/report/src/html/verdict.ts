import type { ComparedCheck, Report } from "../report.js";
import { worstCheck } from "../worst-check.js";
import { type ErrorScale, errorScale } from "./error-scale.js";
import { percent } from "./error-strip.js";
import { formatError, sentence } from "./figures.js";
import { marginText } from "./margin.js";
import { mark, outcomeOf } from "./mark.js";
import { html, type Markup } from "./markup.js";
import { type Section, sectionTiles } from "./section.js";
import { unbroken } from "./unbroken.js";

/** The answer, as large as it is important, the figure that it hangs on, and where to read on. */
export function verdictHeader(report: Report, sections: readonly Section[]): Markup {
  const { verdict, title, tool } = report;
  const worst = worstCheck(report.checks);
  const outcome = outcomeOf(verdict.ok);
  return html`
<header class="hero ${outcome}">
<p class="eyebrow">${tool.name} ${tool.version} · verification</p>
<div class="answer">
<h1><span class="word">${mark(outcome)}${verdict.ok ? "Passed" : "Failed"}</span><span class="why">${sentence(verdict.text)}.</span></h1>
<p class="words">${unbroken(sentence(verdict.words.replace(/^\w+: /, "")))}.</p>
<p class="title">${sentence(title)}${report.run && html`<br>${report.run.files.map(({ name }) => name).join(", ")}`}</p>
</div>
${worst && worstFigure(worst)}
${sectionTiles(sections)}
</header>`;
}

function worstFigure(worst: ComparedCheck): Markup {
  const { maxRel, maxAbs, tolerance, input, output, provider, runtimeLevel, part, unit, nonFinite, ok } = worst;
  const where = `${part} of ${output} on ${input}, ${provider}, runtime rewrites ${runtimeLevel}`;
  return html`
<div class="worst ${outcomeOf(ok)}">
<h2>Worst error against its tolerance</h2>
<p class="figure">${formatError(maxRel)}<span class="unit">of ${unit}</span></p>
<p class="margin">${unbroken(sentence(marginText(maxRel, tolerance)))} <span class="quiet">(${tolerance.name})</span></p>
${gauge(maxRel, tolerance.relative)}
<p class="quiet">${where}; absolute ${formatError(maxAbs)}${nonFinite > 0 && html`; ${nonFinite} elements are not finite`}</p>
</div>`;
}

/** Percent of the gauge that a label needs. */
const LABEL = 11;

/** Labels that do not run into each other; those at the ends stay. */
const spaced = (ticks: ErrorScale["ticks"]): ErrorScale["ticks"] =>
  ticks.filter(({ at }, index) => index === 0 || index === ticks.length - 1 || (at >= LABEL && at <= 100 - LABEL));

function gauge(error: number, tolerance: number): Markup {
  const { place, ticks } = errorScale([error, tolerance, 1e-8], 8);
  const [reach, limit] = [percent(place(error)), percent(place(tolerance))];
  return html`
<div class="gauge" aria-hidden="true">
<svg width="100%" height="30">
<rect class="track" y="11" width="100%" height="8" rx="4"/>
<rect class="reach" y="11" width="${reach}" height="8" rx="4"/>
<line class="tolerance" x1="${limit}" x2="${limit}" y1="3" y2="27"/>
<circle class="needle" cx="${reach}" cy="15" r="7"/>
</svg>
<div class="ticks">${spaced(ticks).map(({ at, label }) => html`<span style="left:${percent(at)}">${label}</span>`)}</div>
</div>`;
}
