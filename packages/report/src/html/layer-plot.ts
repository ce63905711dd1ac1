import { curveMonotoneX, line } from "d3-shape";
import type { ComparedLayer, LayerComparison, LayerRow } from "../report.js";
import { type ErrorScale, errorScale, heatOf } from "./error-scale.js";
import { percent } from "./error-strip.js";
import { formatError, formatTolerance } from "./figures.js";
import { html, type Markup } from "./markup.js";

const HEIGHT = 260;
/** Room above and below the axis, for marks at its ends. */
const MARGIN = 10;

/** A point for each yaml row over the row's number, on a logarithmic axis; below it the same as a strip of heat. */
export function layerPlot({ rows, tolerance }: LayerComparison): Markup {
  const compared = rows.filter((row): row is ComparedLayer => row.status === "compared");
  const scale = errorScale([...compared.map(({ maxRel }) => maxRel), tolerance.relative]);
  const limit = y(scale, tolerance.relative);
  return html`
<div class="layer-plot">
<p class="plot-key"><svg width="34" height="10" aria-hidden="true"><line class="tolerance" x2="34" y1="5" y2="5"/></svg>${formatTolerance(tolerance.relative)} of scale is allowed (${tolerance.name})</p>
<div class="axis" aria-hidden="true">${scale.ticks.map(
    ({ at, label }) => html`<span style="top:${MARGIN + up(at)}px">${label}</span>`,
  )}</div>
<svg class="points" width="100%" height="${HEIGHT + 2 * MARGIN}" role="img" aria-label="${descriptionOf(compared, tolerance.relative)}">
${scale.ticks.map(({ at }) => html`<line class="grid" x1="0" x2="100%" y1="${MARGIN + up(at)}" y2="${MARGIN + up(at)}"/>`)}
${connection(rows, scale)}
<line class="tolerance" x1="0" x2="100%" y1="${limit}" y2="${limit}"/>
${rows.map((row, index) => point(row, index, rows.length, scale))}
</svg>
<span class="strip-label" aria-hidden="true">row</span>
${heatStrip(rows, tolerance.relative)}
</div>`;
}

/** The middle of a row's column, in percent. */
const x = (index: number, count: number): number => ((index + 0.5) / count) * 100;

const up = (share: number): number => Math.round(HEIGHT * (100 - share)) / 100;

const y = ({ place }: ErrorScale, error: number): number => MARGIN + up(place(error));

function descriptionOf(rows: readonly ComparedLayer[], tolerance: number): string {
  const beyond = rows.filter(({ ok }) => !ok);
  const figures = rows.map(({ maxRel }) => maxRel).filter(Number.isFinite);
  const range =
    figures.length > 0 ? `from ${formatError(Math.min(...figures))} to ${formatError(Math.max(...figures))}` : "";
  const [first] = beyond;
  const failed = first ? `${beyond.length} beyond it, first ${first.where}` : "none beyond it";
  return `Error of each yaml row, ${range}; the tolerance is ${formatTolerance(tolerance)}, ${failed}`;
}

/** A faint line through the points, in a frame of its own because paths know no percent. */
function connection(rows: readonly LayerRow[], scale: ErrorScale): Markup {
  const path = line<LayerRow>()
    .defined((row) => row.status === "compared")
    .x((_, index) => x(index, rows.length))
    .y((row) => (row.status === "compared" ? y(scale, row.maxRel) : 0))
    .curve(curveMonotoneX)
    .digits(2);
  return html`
<svg viewBox="0 0 100 ${HEIGHT + 2 * MARGIN}" width="100%" height="100%" preserveAspectRatio="none"><path class="connection" d="${path([...rows]) ?? ""}"/></svg>`;
}

function point(row: LayerRow, index: number, count: number, scale: ErrorScale): Markup {
  const at = percent(x(index, count));
  const name = `${row.index} ${row.module}, ${row.where}`;
  if (row.status === "uncovered")
    return link(
      row,
      html`<circle class="uncovered" cx="${at}" cy="${MARGIN + HEIGHT}" r="4"><title>${name}: not compared, ${row.reason}</title></circle>`,
    );
  const title = html`<title>${name}: ${formatError(row.maxRel)} of scale, absolute ${formatError(row.maxAbs)}</title>`;
  const mark = row.ok
    ? html`<circle class="dot" cx="${at}" cy="${y(scale, row.maxRel)}" r="5">${title}</circle>`
    : html`<svg x="${at}" y="${y(scale, row.maxRel)}" overflow="visible"><g>${title}<circle class="catch" r="8"/><path class="cross" d="M-5-5 5 5M5-5-5 5"/></g></svg>`;
  return link(row, mark);
}

/** The fragment of a layer's row in the table of all. */
export const layerId = ({ index, where }: LayerRow): string => `layer-${index}-${where.replace(/[^\w]+/g, "-")}`;

/** A mark that opens the figures of its row. */
const link = (row: LayerRow, mark: Markup): Markup =>
  html`<a href="#${layerId(row)}" aria-label="Figures of row ${row.index}">${mark}</a>`;

const heatStrip = (rows: readonly LayerRow[], tolerance: number): Markup => html`
<ol class="heat" aria-hidden="true">${rows.map((row) => heatCell(row, tolerance))}</ol>`;

function heatCell(row: LayerRow, tolerance: number): Markup {
  if (row.status === "uncovered") return html`<li class="unknown" title="${row.where}: not compared">${row.index}</li>`;
  const title = `${row.index} ${row.module}: ${formatError(row.maxRel)} of scale`;
  if (!row.ok) return html`<li class="failed" title="${title}">${row.index}</li>`;
  return html`<li style="--heat:${heatOf(row.maxRel, tolerance).toFixed(3)}" title="${title}">${row.index}</li>`;
}
