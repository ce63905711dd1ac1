import { mark, type Outcome } from "./mark.js";
import { html, type Markup, type Piece } from "./markup.js";
import { unbroken } from "./unbroken.js";

/** A part of the page. */
export interface Section {
  /** The fragment of the page's address. */
  readonly id: string;
  readonly title: string;
  /** Its result, at the top of the page. */
  readonly tile?: Tile;
  /** Its result, in a sentence. */
  readonly lead: string;
  readonly body: Piece;
}

/** A label and a figure; the outcome gives it a sign. */
export interface Tile {
  readonly label: string;
  readonly value: string;
  readonly outcome?: Outcome;
}

/** The `<section>` of the page, with its heading. */
export const sectionElement = ({ id, title, lead, body }: Section): Markup => html`
<section id="${id}" aria-labelledby="${id}-title">
<header><h2 id="${id}-title">${title}</h2><p class="lead">${unbroken(lead)}</p></header>
${body}
</section>`;

/** The results of all sections, as links to these. */
export const sectionTiles = (sections: readonly Section[]): Markup => html`
<nav class="tiles" aria-label="Sections"><ul>${sections.map(({ id, tile }) => tile && tileLink(id, tile))}</ul></nav>`;

const tileLink = (id: string, { label, value, outcome }: Tile): Markup => html`
<li><a href="#${id}"><span class="label">${label}</span><span class="value">${outcome && mark(outcome)}${value}</span></a></li>`;

/** An element that opens on a click. */
export const disclosure = (summary: Piece, body: Piece): Markup =>
  html`<details class="more"><summary>${summary}</summary>${body}</details>`;
