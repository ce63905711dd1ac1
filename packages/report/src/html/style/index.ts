import { html } from "../markup.js";
import { base } from "./base.js";
import { hero } from "./hero.js";
import { network } from "./network.js";
import { paper } from "./paper.js";
import { pictures } from "./pictures.js";
import { plots } from "./plots.js";
import { records } from "./records.js";
import { tables } from "./tables.js";

/** The whole style sheet. */
export const STYLE = html`<style>${base}${hero}${tables}${plots}${network}${pictures}${records}${paper}</style>`;
