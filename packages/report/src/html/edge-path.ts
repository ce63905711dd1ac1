import { curveBasis, line } from "d3-shape";
import type { Point } from "./lay-out.js";
import { html, type Markup } from "./markup.js";

const smooth = line<Point>()
  .x(({ x }) => x)
  .y(({ y }) => y)
  .curve(curveBasis)
  .digits(1);

/** An edge as a smooth line with an arrow's head. */
export function edgePath(points: readonly Point[], head = 4): Markup {
  const { x = 0, y = 0 } = points.at(-1) ?? {};
  const [cx, cy] = [x.toFixed(1), y.toFixed(1)];
  return html`<path class="edge" d="${smooth([...points]) ?? ""}"/><path class="head" d="M${cx} ${cy}l${-head} ${-1.6 * head}h${2 * head}z"/>`;
}
