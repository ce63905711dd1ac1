import { classLabel } from "./class-label.js";
import type { Box, Detection } from "./detection.js";
import type { Outliner } from "./glyphs.js";
import type { Size } from "./image.js";
import { classColour, inkOn } from "./palette.js";
import { placeLabels, type Rectangle } from "./place-labels.js";
import { cornersOf } from "./rotated-box.js";
import { skeletonSvg } from "./skeleton.js";

/** Line width and letter size grow with the picture, and stay readable on a small one. */
interface Pen {
  readonly line: number;
  readonly letters: number;
}

const penFor = ({ width, height }: Size): Pen => ({
  line: Math.max(2, Math.round((width + height) * 0.0015)),
  letters: Math.max(11, Math.round((width + height) * 0.0085)),
});

/** An SVG of the picture's size with a frame, a label and the keypoints of each detection, those with higher scores on top; it has no text elements. */
export function overlaySvg(
  size: Size,
  detections: readonly Detection[],
  names: readonly string[],
  outliner: Outliner,
): string {
  const pen = penFor(size);
  const descending = [...detections].sort((a, b) => b.score - a.score);
  const texts = descending.map(({ classIndex, score }) => `${classLabel(names, classIndex)} ${score.toFixed(2)}`);
  const places = placeLabels(
    descending.map(({ box }, index) => ({ box: outside(box, pen), size: labelSize(texts[index]!, pen, outliner) })),
    size,
  );
  const frames = descending.map((detection) => frameSvg(detection, pen) + skeletonSvg(detection, pen.line));
  const labels = descending.map(({ classIndex }, index) =>
    labelSvg(texts[index]!, places[index]!, classColour(classIndex), pen, outliner),
  );
  const body = [...frames.reverse(), ...labels.reverse()].join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}">${body}</svg>`;
}

/** Lines are centred so that their edges lie between pixels, which keeps them crisp. */
const centred = (edge: number, { line }: Pen): number => Math.round(edge) + (line % 2) / 2;

/** The outer edge of the line around a box. */
function outside([x1, y1, x2, y2]: Box, pen: Pen): Box {
  const half = pen.line / 2;
  return [centred(x1, pen) - half, centred(y1, pen) - half, centred(x2, pen) + half, centred(y2, pen) + half];
}

/** A dark rim keeps the frame visible on a ground of its own colour. */
function frameSvg({ box, classIndex, rotated }: Detection, pen: Pen): string {
  if (rotated) {
    const points = cornersOf(rotated).map((corner) => corner.join(","));
    return rimmed(`<polygon points="${points.join(" ")}" fill="none" stroke-linejoin="round"`, classIndex, pen);
  }
  const [x1, y1, x2, y2] = box.map((edge) => centred(edge, pen)) as [number, number, number, number]; // four stay four
  const shape = `x="${x1}" y="${y1}" width="${x2 - x1}" height="${y2 - y1}" fill="none" stroke-linejoin="round"`;
  return rimmed(`<rect ${shape}`, classIndex, pen);
}

/** An element without its strokes and its end, first as a dark rim, then in the class's colour. */
const rimmed = (open: string, classIndex: number, { line }: Pen): string =>
  `${open} stroke="#000000" stroke-opacity="0.3" stroke-width="${line + 2}"/>` +
  `${open} stroke="${classColour(classIndex)}" stroke-width="${line}"/>`;

const margin = ({ letters }: Pen): number => Math.round(letters * 0.35);

const labelSize = (text: string, pen: Pen, outliner: Outliner): Size => ({
  width: Math.ceil(outliner.width(text, pen.letters)) + 2 * margin(pen),
  height: Math.round(pen.letters * 1.45),
});

function labelSvg(text: string, place: Rectangle, colour: string, pen: Pen, outliner: Outliner): string {
  const { left, top, width, height } = place;
  const baseline = top + Math.round(pen.letters * 1.08);
  const letters = outliner.outline(text, left + margin(pen), baseline, pen.letters);
  return (
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="${colour}"/>` +
    `<path d="${letters}" fill="${inkOn(colour)}"/>`
  );
}
