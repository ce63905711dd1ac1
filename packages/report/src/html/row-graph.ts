import type { DiagramRow, LayerComparison, LayerRow } from "../report.js";
import { edgePath } from "./edge-path.js";
import { heatOf } from "./error-scale.js";
import { coordinate, formatError, formatShape } from "./figures.js";
import { layOut, MOST_BOXES, type Point, type Size } from "./lay-out.js";
import { html, type Markup } from "./markup.js";

const BOX: Size = { width: 168, height: 42 };
const INPUT: Size = { width: 64, height: 24 };
/** Letters of a name, and of a shape beside an error, that a box has room for. */
const LETTERS = { name: 20, shape: 14 };

/** The network from row to row. Each box is a link to the row's inside. */
export function rowGraph(
  rows: readonly DiagramRow[],
  layers: LayerComparison | undefined,
  idOf: (position: number) => string,
): Markup | undefined {
  if (rows.length === 0 || rows.length >= MOST_BOXES) return undefined;
  const positions = new Map([[-1, 0], ...rows.map(({ index }, position): [number, number] => [index, position + 1])]);
  const edges = rows.flatMap(({ from }, position) =>
    from.flatMap((source): [number, number][] => {
      const tail = positions.get(source);
      return tail === undefined ? [] : [[tail, position + 1]];
    }),
  );
  const {
    width,
    height,
    boxes,
    edges: lines,
  } = layOut([INPUT, ...rows.map(() => BOX)], edges, { beside: 20, below: 24 });
  const [input, ...places] = boxes;
  const found = new Map(layers?.rows.map((layer) => [layer.index, layer]));
  const size = `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`;
  return html`
<svg class="rows" role="group" aria-label="The network, row by row" viewBox="${size}" width="${Math.ceil(width)}">
<g aria-hidden="true">${lines.map((points) => edgePath(points))}</g>
${inputBox(input!)}
${rows.map((row, position) => rowBox(row, found.get(row.index), layers?.tolerance.relative ?? 0, places[position]!, idOf(position)))}
</svg>`;
}

const inputBox = ({ x, y }: Point): Markup => html`
<g class="input"><rect ${frame(x, y, INPUT)} rx="12"/><text x="${coordinate(x)}" y="${coordinate(y + 4)}" text-anchor="middle">input</text></g>`;

function rowBox(row: DiagramRow, layer: LayerRow | undefined, tolerance: number, { x, y }: Point, id: string): Markup {
  const [left, right] = [coordinate(x - BOX.width / 2 + 10), coordinate(x + BOX.width / 2 - 10)];
  const shape = row.shapes.map(formatShape).join(", ");
  const text = `${row.index} ${row.module} (${row.where}), ${shape}: ${errorText(layer)}`;
  const { state, heat, error } = look(layer, tolerance);
  return html`
<a href="#${id}" class="${state}" aria-label="${text}"><title>${text}</title><rect ${frame(x, y, BOX)} rx="7" style="--heat:${heat}"/>
<text class="name" x="${left}" y="${coordinate(y - 4)}">${row.index} ${short(row.module, LETTERS.name - `${row.index}`.length)}</text>
${state === "failed" && html`<svg x="${right - 4}" y="${coordinate(y - 9)}" overflow="visible"><path class="cross" d="M-4-4 4 4M4-4-4 4"/></svg>`}
<text class="shape" x="${left}" y="${coordinate(y + 12)}">${shortShape(row.shapes)}</text>
<text class="error" x="${right}" y="${coordinate(y + 12)}" text-anchor="end">${error}</text></a>`;
}

const frame = (x: number, y: number, { width, height }: Size): Markup =>
  html`x="${coordinate(x - width / 2)}" y="${coordinate(y - height / 2)}" width="${width}" height="${height}"`;

function look(layer: LayerRow | undefined, tolerance: number) {
  if (!layer) return { state: "plain", heat: 0, error: "" };
  if (layer.status === "uncovered") return { state: "unknown", heat: 0, error: "–" };
  const error = formatError(layer.maxRel);
  return layer.ok
    ? { state: "warm", heat: heatOf(layer.maxRel, tolerance).toFixed(3), error }
    : { state: "failed", heat: 1, error };
}

function errorText(layer: LayerRow | undefined): string {
  if (!layer) return "open its nodes";
  if (layer.status === "uncovered") return `not compared, ${layer.reason}`;
  return `${formatError(layer.maxRel)} of scale, ${layer.ok ? "within" : "beyond"} the tolerance`;
}

function shortShape([first = [], ...others]: DiagramRow["shapes"]): string {
  const more = others.length > 0 ? ` +${others.length}` : "";
  return short(first.join("×"), LETTERS.shape - more.length) + more;
}

const short = (text: string, letters: number): string =>
  text.length > letters ? `${text.slice(0, letters - 1)}…` : text;
