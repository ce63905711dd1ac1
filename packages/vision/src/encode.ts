import type { Sharp } from "sharp";
import { encodeFailed, unknownExtension } from "./diagnostics.js";
import { CHANNELS, type Image } from "./image.js";

/** Full chroma resolution keeps thin coloured lines sharp. */
const jpeg = (picture: Sharp): Sharp => picture.jpeg({ quality: 95, chromaSubsampling: "4:4:4" });

const WRITERS: ReadonlyMap<string, (picture: Sharp) => Sharp> = new Map([
  [".jpg", jpeg],
  [".jpeg", jpeg],
  [".png", (picture) => picture.png()],
  [".webp", (picture) => picture.webp({ quality: 95, smartSubsample: true })],
]);

/** Whether {@link encodeImage} writes files with this name's extension. @throws image/format where it does not */
export function checkImageName(name: string): void {
  writerOf(name);
}

/** The bytes of an image file in the format that the extension of `name` says. @throws image/format, image/write */
export async function encodeImage(image: Image, name: string): Promise<Uint8Array> {
  const write = writerOf(name);
  const { default: sharp } = await import("sharp");
  const { width, height, data } = image;
  return write(sharp(data, { raw: { width, height, channels: CHANNELS } }))
    .toBuffer()
    .catch((error: Error) => {
      throw encodeFailed(name, image, error.message);
    });
}

function writerOf(name: string): (picture: Sharp) => Sharp {
  const write = WRITERS.get(/\.[^./\\]*$/.exec(name)?.[0].toLowerCase() ?? "");
  if (!write) throw unknownExtension(name, [...WRITERS.keys()]);
  return write;
}
