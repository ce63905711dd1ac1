import { curveBasis, line } from "d3-shape";
import { coordinate } from "./figures.js";
import type { Point } from "./lay-out.js";
import { html, type Markup } from "./markup.js";

const smooth = line<Point>()
  .x(({ x }) => x)
  .y(({ y }) => y)
  .curve(curveBasis)
  .digits(1);

/** An edge as a smooth line, with an arrow's head that looks where its last piece goes. */
export function edgePath(points: readonly Point[], head = 4): Markup {
  const [before, end] = [points.at(-2), points.at(-1)];
  if (!before || !end) return html``;
  const turn = Math.round((Math.atan2(end.y - before.y, end.x - before.x) * 180) / Math.PI);
  const at = `translate(${coordinate(end.x)} ${coordinate(end.y)}) rotate(${turn})`;
  return html`<path class="edge" d="${smooth([...points]) ?? ""}"/><path class="head" transform="${at}" d="M0 0l${-1.7 * head} ${-head}v${2 * head}z"/>`;
}
