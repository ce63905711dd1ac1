import type { ErrorScale } from "./error-scale.js";
import { html, type Markup } from "./markup.js";

/** One error, as a fraction of scale, and whether it is allowed. */
export interface StripDot {
  readonly error: number;
  readonly ok: boolean;
}

/** One line of a plot in a table's cell: a dot for each error, a line where the tolerance is. The figures stand beside it. */
export const errorStrip = (dots: readonly StripDot[], tolerance: number, { place }: ErrorScale): Markup => html`
<svg class="strip" width="100%" height="20" aria-hidden="true">
<line class="track" x1="0" x2="100%" y1="10" y2="10"/>
<line class="tolerance" x1="${percent(place(tolerance))}" x2="${percent(place(tolerance))}" y1="1" y2="19"/>
${dots.map(({ error, ok }) => dot(percent(place(error)), ok))}
</svg>`;

const dot = (at: string, ok: boolean): Markup =>
  ok
    ? html`<circle class="dot" cx="${at}" cy="10" r="4"/>`
    : html`<svg x="${at}" y="10" overflow="visible"><path class="cross" d="M-4-4 4 4M4-4-4 4"/></svg>`;

/** A share of the width, for SVG whose width is the page's to choose. */
export const percent = (share: number): string => `${Math.round(share * 100) / 100}%`;
