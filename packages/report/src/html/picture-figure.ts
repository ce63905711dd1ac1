import { encodeBase64 } from "@yolo-compile/core";
import type { FoundBox, PictureFinding } from "../picture-finding.js";
import { breakable } from "./breakable.js";
import { coordinate, formatCount, formatError, plural } from "./figures.js";
import { mark, outcomeLabel, outcomeOf } from "./mark.js";
import { html, type Markup } from "./markup.js";

/** Pixels of the page that a picture may be high. */
const TALLEST = 460;

/** A picture, the boxes of both models over it, and how they compare. */
export function pictureFigure(picture: PictureFinding): Markup {
  const { name, width, height, jpeg, reference, candidate, ok } = picture;
  const alt = `${name} with ${plural(reference.length, "box", "boxes")} of the reference and ${formatCount(candidate.length)} of the candidate`;
  const letters = coordinate(Math.max(width, height) / 38);
  return html`
<figure class="picture">
<div class="mount"><div class="canvas" style="max-width:${Math.round((TALLEST * width) / height)}px">
<img src="data:image/jpeg;base64,${encodeBase64(jpeg)}" alt="${alt}" width="${width}" height="${height}">
<svg class="boxes" viewBox="0 0 ${width} ${height}" aria-hidden="true" font-size="${letters}">
<g class="reference">${reference.map((box) => boxOutline(box, "Reference"))}</g>
<g class="candidate">${candidate.map((box) => boxOutline(box, "Candidate"))}</g>
<g class="labels"><g class="reference">${reference.map((box) => boxLabel(box, box.y1 - letters / 4))}</g><g class="candidate">${candidate.map((box) => boxLabel(box, box.y2 - letters / 4))}</g></g>
</svg></div></div>
<figcaption><h3>${breakable(name)} ${outcomeLabel(outcomeOf(ok), ok ? "alike" : "changed")}</h3>${pictureFigures(picture)}</figcaption>
</figure>`;
}

const boxText = ({ label, score }: FoundBox): string => `${label} ${score.toFixed(3)}`;

const boxOutline = (box: FoundBox, whose: string): Markup =>
  html`<rect x="${coordinate(box.x1)}" y="${coordinate(box.y1)}" width="${extent(box.x1, box.x2)}" height="${extent(box.y1, box.y2)}"><title>${whose}: ${boxText(box)}</title></rect>`;

const extent = (from: number, to: number): number => Math.max(0, coordinate(to - from));

const boxLabel = (box: FoundBox, y: number): Markup =>
  html`<text x="${coordinate(box.x1)}" y="${coordinate(y)}">${boxText(box)}</text>`;

function pictureFigures({ matched, missing, extra, classChanges, orderChanges, worst }: PictureFinding): Markup {
  return html`
<dl>
${figure("Same boxes", formatCount(matched))}
${trouble("Missing", missing)}${trouble("Extra", extra)}${trouble("Other class", classChanges)}${trouble("Other order", orderChanges)}
${
  worst && [
    figure("Score change", formatError(worst.maxScoreDelta)),
    figure("Least IoU", formatOverlap(worst.minIou)),
    worst.minMaskIou !== undefined && figure("Least mask IoU", formatOverlap(worst.minMaskIou)),
  ]
}
</dl>`;
}

/** An overlap close to 1 by its distance to 1, which says more than nines. */
const formatOverlap = (overlap: number): string =>
  overlap < 1 && overlap > 0.999 ? `1 − ${formatError(1 - overlap)}` : overlap.toFixed(3);

const figure = (label: string, value: string | Markup): Markup => html`<div><dt>${label}</dt><dd>${value}</dd></div>`;

const trouble = (label: string, count: number): Markup =>
  figure(label, count === 0 ? "0" : html`<strong>${mark("failed")} ${formatCount(count)}</strong>`);
