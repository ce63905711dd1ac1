import type { Report } from "../report.js";
import { plural } from "./figures.js";
import { html } from "./markup.js";
import type { Section } from "./section.js";

/** The warnings and notes of the run. */
export function notesSection({ notes }: Report): Section | undefined {
  if (notes.length === 0) return undefined;
  const warnings = notes.filter(({ severity }) => severity !== "note").length;
  return {
    id: "notes",
    title: "Notes",
    lead:
      warnings > 0
        ? `${plural(warnings, "warning")}, ${plural(notes.length - warnings, "note")}.`
        : `${plural(notes.length, "note")}.`,
    body: html`
<ul class="notes">${notes.map(
      ({ severity, code, message, where, hint, details = [] }) => html`
<li class="${severity}"><p><strong>${severity}</strong> <code>${code}</code>${where !== undefined && html` <span class="quiet">${where}</span>`}</p>
<p>${message}</p>${hint !== undefined && html`<p class="quiet">${hint}</p>`}${details.length > 0 && html`<pre>${details.join("\n")}</pre>`}</li>`,
    )}</ul>`,
  };
}
