import type { PictureFinding } from "../picture-finding.js";
import type { Report } from "../report.js";
import { formatCount, plural } from "./figures.js";
import { outcomeOf } from "./mark.js";
import { html, type Markup } from "./markup.js";
import { pictureFigure } from "./picture-figure.js";
import type { Section } from "./section.js";

/** The detections of both models on pictures; pictures where they differ come first. */
export function picturesSection({ pictures }: Report): Section | undefined {
  if (!pictures || pictures.length === 0) return undefined;
  const good = pictures.filter(({ ok }) => ok).length;
  const ordered = [...pictures].sort((left, right) => Number(left.ok) - Number(right.ok));
  return {
    id: "pictures",
    title: "Detections on pictures",
    tile: {
      label: "Pictures alike",
      value: `${formatCount(good)} of ${formatCount(pictures.length)}`,
      outcome: outcomeOf(good === pictures.length),
    },
    lead: leadText(pictures, good),
    body: [toggles(), html`<div class="pictures">${ordered.map(pictureFigure)}</div>`],
  };
}

function leadText(pictures: readonly PictureFinding[], good: number): string {
  const matched = pictures.reduce((sum, picture) => sum + picture.matched, 0);
  const boxes = pictures.reduce((sum, { reference }) => sum + reference.length, 0);
  const same = `${formatCount(matched)} of ${plural(boxes, "box", "boxes")} of the reference have a twin`;
  return good === pictures.length
    ? `${same}, and the models agree on ${pictures.length === 1 ? "the picture" : `all ${pictures.length} pictures`}.`
    : `${same}. The detections on ${plural(pictures.length - good, "picture")} of ${formatCount(pictures.length)} change.`;
}

const toggles = (): Markup => html`
<fieldset class="toggles"><legend class="hidden">Shown on the pictures</legend>
<label><input type="checkbox" id="show-reference" checked><span class="swatch reference"></span>Reference</label>
<label><input type="checkbox" id="show-candidate" checked><span class="swatch candidate"></span>Candidate</label>
<label><input type="checkbox" id="show-labels">Classes and scores</label>
</fieldset>`;
