import type { Report } from "../report.js";
import { bisectionSection } from "./bisection.js";
import { budgetSection } from "./budget.js";
import { checksSection } from "./checks.js";
import { divergenceSection } from "./divergence.js";
import { environmentSection } from "./environment.js";
import { failingSection } from "./failing.js";
import { layersSection } from "./layers.js";
import { html, type Markup } from "./markup.js";
import { modelsSection } from "./models.js";
import { mutantsSection } from "./mutants.js";
import { networkSection } from "./network.js";
import { notesSection } from "./notes.js";
import { picturesSection } from "./pictures.js";
import { type Section, sectionElement } from "./section.js";
import { STYLE } from "./style/index.js";
import { verdictHeader } from "./verdict.js";

/** Allows neither scripts nor requests: styles and pictures are inside of the file. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** The sections in the page's order. */
const SECTIONS: readonly ((report: Report) => Section | undefined)[] = [
  checksSection,
  layersSection,
  budgetSection,
  bisectionSection,
  divergenceSection,
  networkSection,
  modelsSection,
  picturesSection,
  mutantsSection,
  notesSection,
  failingSection,
  environmentSection,
];

/** What failed on pictures is seen before it is read. */
function sectionsOf(report: Report): readonly Section[] {
  const inOrder = SECTIONS.flatMap((section) => section(report) ?? []);
  const changed = report.pictures?.some(({ ok }) => !ok) ?? false;
  if (!changed) return inOrder;
  const isPictures = ({ id }: Section): boolean => id === "pictures";
  return [...inOrder.filter(isPictures), ...inOrder.filter((section) => !isPictures(section))];
}

/** The whole document. */
export function page(report: Report): Markup {
  const sections = sectionsOf(report);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${report.verdict.ok ? "Passed" : "Failed"}: ${report.title}</title>
${STYLE}
</head>
<body>
${verdictHeader(report, sections)}
<main>${sections.map(sectionElement)}</main>
<footer><p>${report.tool.name} ${report.tool.version}. One file: nothing in it runs, and it asks the network for nothing.</p></footer>
</body>
</html>
`;
}
