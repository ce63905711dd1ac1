import { html, type Piece } from "./markup.js";

const FIGURE = /(\d(?:\.\d+)?e[+-]\d+)/;

/** Prose whose figures stay in one line: `1e-6` would break after its sign. */
export const unbroken = (text: string): Piece =>
  text.split(FIGURE).map((part, index) => (index % 2 === 1 ? html`<span class="unbroken">${part}</span>` : part));
