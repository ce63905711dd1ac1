import { html } from "../markup.js";
import { base } from "./base.js";
import { hero } from "./hero.js";
import { network } from "./network.js";
import { plots } from "./plots.js";
import { tables } from "./tables.js";

/** The whole style sheet. */
export const STYLE = html`<style>${base}${hero}${tables}${plots}${network}</style>`;
