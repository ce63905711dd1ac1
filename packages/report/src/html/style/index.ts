import { html } from "../markup.js";
import { base } from "./base.js";
import { hero } from "./hero.js";
import { plots } from "./plots.js";
import { tables } from "./tables.js";

/** The whole style sheet. */
export const STYLE = html`<style>${base}${hero}${tables}${plots}</style>`;
