import type { Detection } from "./detection.js";
import { loadOutliner, type Outliner } from "./glyphs.js";
import { CHANNELS, type Image, type Size } from "./image.js";
import type { Mask } from "./masks.js";
import { channelsOf, classColour, inkOn } from "./palette.js";

/** How much of a mask's pixel is its colour. */
const MASK_OPACITY = 0.45;

/**
 * A copy of the picture with boxes, labels (name and score) and masks drawn on it. Boxes and masks are in its pixels,
 * `masks[i]` belongs to `detections[i]`; higher scores lie on top.
 */
export async function drawDetections(
  image: Image,
  detections: readonly Detection[],
  names: readonly string[],
  masks: readonly Mask[] = [],
): Promise<Image> {
  const painted = { ...image, data: image.data.slice() };
  masks.forEach((mask, index) => {
    blendMask(painted, mask, classColour(detections[index]?.classIndex ?? 0));
  });
  if (detections.length === 0) return painted;
  const [{ default: sharp }, outliner] = await Promise.all([import("sharp"), loadOutliner()]);
  const ascending = [...detections].sort((a, b) => a.score - b.score);
  const overlay = overlaySvg(image, ascending, names, outliner);
  const { width, height } = image;
  const data = await sharp(painted.data, { raw: { width, height, channels: CHANNELS } })
    .composite([{ input: Buffer.from(overlay) }])
    .removeAlpha()
    .raw()
    .toBuffer();
  return { width, height, data };
}

function blendMask(image: Image, mask: Mask, colour: string): void {
  const channels = channelsOf(colour);
  for (let y = 0, at = 0; y < mask.height; y++)
    for (let x = 0; x < mask.width; x++, at++) {
      if (!mask.data[at]) continue;
      const pixel = ((mask.top + y) * image.width + mask.left + x) * CHANNELS;
      for (let channel = 0; channel < CHANNELS; channel++) {
        const value = image.data[pixel + channel]!;
        image.data[pixel + channel] = Math.round(value + (channels[channel]! - value) * MASK_OPACITY);
      }
    }
}

/** Line width and letter size grow with the picture, and stay readable on a small one. */
interface Pen {
  readonly line: number;
  readonly letters: number;
}

const penFor = ({ width, height }: Size): Pen => ({
  line: Math.max(2, Math.round((width + height) * 0.0015)),
  letters: Math.max(11, Math.round((width + height) * 0.0085)),
});

function overlaySvg(size: Size, detections: readonly Detection[], names: readonly string[], outliner: Outliner) {
  const pen = penFor(size);
  const boxes = detections.map((detection) => boxSvg(detection, pen));
  const labels = detections.map((detection) => labelSvg(detection, names, size, pen, outliner));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}">${boxes.join("")}${labels.join("")}</svg>`;
}

/** A dark rim keeps the frame visible on a ground of its own colour. */
function boxSvg({ box, classIndex }: Detection, { line }: Pen): string {
  const [x1, y1, x2, y2] = box;
  const frame = `x="${x1}" y="${y1}" width="${x2 - x1}" height="${y2 - y1}" fill="none" stroke-linejoin="round"`;
  return (
    `<rect ${frame} stroke="#000000" stroke-opacity="0.35" stroke-width="${line + 2}"/>` +
    `<rect ${frame} stroke="${classColour(classIndex)}" stroke-width="${line}"/>`
  );
}

/** Above the box, or inside where there is no room above; moved left where it would leave the picture. */
function labelSvg(
  { box, classIndex, score }: Detection,
  names: readonly string[],
  size: Size,
  { line, letters }: Pen,
  outliner: Outliner,
): string {
  const text = `${names[classIndex] ?? `class ${classIndex}`} ${score.toFixed(2)}`;
  const margin = Math.round(letters * 0.35);
  const width = Math.ceil(outliner.width(text, letters)) + 2 * margin;
  const height = Math.round(letters * 1.45);
  const edge = Math.round(box[1] - line / 2);
  const top = edge >= height ? edge - height : Math.max(0, Math.round(box[1] + line / 2) - line);
  const left = Math.max(0, Math.min(Math.round(box[0] - line / 2), size.width - width));
  const colour = classColour(classIndex);
  const letterPaths = outliner.outline(text, left + margin, top + Math.round(letters * 1.08), letters);
  return (
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="${colour}"/>` +
    `<path d="${letterPaths}" fill="${inkOn(colour)}"/>`
  );
}
