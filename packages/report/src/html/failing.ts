import { encodeBase64 } from "@yolo-compile/core";
import { renderJson } from "../render-json.js";
import type { Report } from "../report.js";
import { formatBytes, plural } from "./figures.js";
import { html } from "./markup.js";
import type { Section } from "./section.js";

/** What failed as data, to take along. */
export function failingSection(report: Report): Section | undefined {
  if (report.verdict.ok) return undefined;
  const { network, mutants, budget, layers, checks, pictures, ...rest } = report;
  const off = checks.filter((check) => check.status === "compared" && !check.ok);
  const rows = layers?.rows.filter((row) => row.status === "compared" && !row.ok) ?? [];
  const changed = pictures?.filter(({ ok }) => !ok) ?? [];
  const survived = mutants?.filter(({ verdict }) => verdict === "survived") ?? [];
  const text = renderJson({
    ...rest,
    checks: off,
    ...(layers && { layers: { ...layers, rows } }),
    ...(pictures && { pictures: changed }),
    ...(mutants && { mutants: survived }),
  });
  const bytes = new TextEncoder().encode(text);
  const what = [
    plural(off.length, "comparison"),
    plural(rows.length, "row"),
    plural(changed.length, "picture"),
    plural(survived.length, "fault"),
  ].join(", ");
  return {
    id: "failing",
    title: "What failed, as data",
    lead: `${what} of ${report.title}, with every figure: the JSON of a report without what passed.`,
    body: html`<p><a download="failing.json" href="data:application/json;base64,${encodeBase64(bytes)}">failing.json</a> <span class="quiet">${formatBytes(bytes.length)}</span></p>`,
  };
}
