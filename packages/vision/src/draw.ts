import type { Detection } from "./detection.js";
import { loadOutliner } from "./glyphs.js";
import { CHANNELS, type Image } from "./image.js";
import type { Mask } from "./masks.js";
import { overlaySvg } from "./overlay.js";
import { channelsOf, classColour } from "./palette.js";

/** The share of the colour in a mask's pixel. */
const MASK_OPACITY = 0.45;

/**
 * A copy of the picture with boxes, labels (name and score) and masks drawn on it. Boxes and masks are in its pixels,
 * `masks[i]` belongs to `detections[i]`. Boxes with higher scores and masks that come first lie on top.
 */
export async function drawDetections(
  image: Image,
  detections: readonly Detection[],
  names: readonly string[],
  masks: readonly Mask[] = [],
): Promise<Image> {
  const { width, height } = image;
  const painted = { width, height, data: image.data.slice() };
  for (let index = masks.length - 1; index >= 0; index--)
    blendMask(painted, masks[index]!, classColour(detections[index]?.classIndex ?? 0));
  if (detections.length === 0) return painted;
  const [{ default: sharp }, outliner] = await Promise.all([import("sharp"), loadOutliner()]);
  const data = await sharp(painted.data, { raw: { width, height, channels: CHANNELS } })
    .composite([{ input: Buffer.from(overlaySvg(image, detections, names, outliner)) }])
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
