import { html, type Markup, type Piece } from "./markup.js";

/** A label with its value, in a list of descriptions. */
export const fact = (label: string, value: Piece): Markup => html`<div><dt>${label}</dt><dd>${value}</dd></div>`;
