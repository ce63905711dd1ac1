import type { Metadata, Sharp, SharpOptions } from "sharp";
import { damagedImage, emptyImage, notAnImage, oversizedImage } from "./diagnostics.js";
import { CHANNELS, type Image } from "./image.js";
import { sniffFormat } from "./sniff.js";

/** The largest sensors give 200 million pixels; 3 bytes each are 0.6 GB. The drawing surface ends at 32767 on a side. */
const MOST = { pixels: 2 ** 28, side: 32767 } as const;

/** Colour profiles are ignored and alpha is dropped unblended, as OpenCV does. Warnings pass, lost pixels do not. */
const OPTIONS: SharpOptions = {
  failOn: "error",
  ignoreIcc: true,
  autoOrient: true,
  limitInputPixels: MOST.pixels,
};

/**
 * The pixels of a JPEG, PNG, WebP, GIF (first frame), TIFF or AVIF file, as OpenCV's `imread` gives them but in RGB order: turned
 * as EXIF says, grey spread to three channels, alpha dropped, 16 bits cut to the upper 8. `name` is for messages.
 * @throws image/unreadable
 */
export async function decodeImage(bytes: Uint8Array, name: string): Promise<Image> {
  if (bytes.length === 0) throw emptyImage(name);
  const sniffed = sniffFormat(bytes);
  if (!sniffed?.readable) throw notAnImage(name, bytes.length, sniffed?.format ?? "no picture by its first bytes");
  const { default: sharp } = await import("sharp");
  const damaged = (error: unknown) => damagedImage(name, sniffed.format, bytes.length, firstLine(error));
  const metadata = await sharp(bytes, { ...OPTIONS, limitInputPixels: false })
    .metadata()
    .catch((error) => {
      throw damaged(error);
    });
  if (tooLarge(metadata)) throw oversizedImage(name, metadata, MOST);
  const read = metadata.space === "cmyk" ? readInks : readColours;
  return read(sharp(bytes, OPTIONS)).catch((error) => {
    throw damaged(error);
  });
}

const tooLarge = ({ width, height }: Metadata): boolean =>
  width * height > MOST.pixels || Math.max(width, height) > MOST.side;

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n", 1)[0]!.trim();

async function readColours(picture: Sharp): Promise<Image> {
  const { data, info } = await picture
    .toColourspace("srgb")
    .removeAlpha()
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/** OpenCV's rule for inks, which knows no profile: `white - ink * white / 256`, with `white` what black lets through. */
async function readInks(picture: Sharp): Promise<Image> {
  const { data: inks, info } = await picture
    .pipelineColourspace("cmyk")
    .toColourspace("cmyk")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  const count = info.width * info.height;
  const data = new Uint8Array(count * CHANNELS);
  for (let pixel = 0; pixel < count; pixel++) {
    const from = pixel * info.channels;
    const white = 255 - inks[from + 3]!;
    for (let ink = 0; ink < CHANNELS; ink++) data[pixel * CHANNELS + ink] = white - ((inks[from + ink]! * white) >> 8);
  }
  return { width: info.width, height: info.height, data };
}
