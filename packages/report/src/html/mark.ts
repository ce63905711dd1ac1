import { html, type Markup } from "./markup.js";

/** The outcome of a check. */
export type Outcome = "passed" | "failed" | "skipped";

/** Shapes differ, so that colour is not needed to tell them apart. Drawn in a box of 16 × 16. */
const SHAPES: Readonly<Record<Outcome, Markup>> = {
  passed: html`<path d="M3.5 8.5 6.8 12 12.8 4.6"/>`,
  failed: html`<path d="M4 4 12 12M12 4 4 12"/>`,
  skipped: html`<path d="M4 8H12"/>`,
};

/** A tick, a cross or a dash. Decoration: the text beside it says the same. */
export const mark = (outcome: Outcome): Markup =>
  html`<svg class="mark ${outcome}" viewBox="0 0 16 16" aria-hidden="true">${SHAPES[outcome]}</svg>`;

/** The sign beside the outcome's word, or `text`. */
export const outcomeLabel = (outcome: Outcome, text: string = outcome): Markup =>
  html`<span class="outcome ${outcome}">${mark(outcome)}${text}</span>`;

/** The outcome of a check that was made. */
export const outcomeOf = (ok: boolean): Outcome => (ok ? "passed" : "failed");
