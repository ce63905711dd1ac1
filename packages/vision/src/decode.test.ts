import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { crc32, isCompileError } from "@yolo-compile/core";
import fc from "fast-check";
import sharp from "sharp";
import { decodeImage } from "./decode.js";
import { noise } from "./testing/computed.js";
import { goldens, shapesFile, shapesPicture } from "./testing/files.js";

const PICTURE = noise([6, 4]);
const raw = (image = PICTURE) => sharp(image.data, { raw: { width: image.width, height: image.height, channels: 3 } });
const pixel = (x: number, y: number) => Array.from(PICTURE.data.subarray((y * 6 + x) * 3, (y * 6 + x + 1) * 3));

async function diagnosticOf(promise: Promise<unknown>) {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isCompileError(error)) throw new Error(`expected a CompileError, got ${String(error)}`);
  return error.diagnostic;
}

test.each(Object.entries(goldens.pictures))("%s has the pixels that OpenCV reads", async (name, golden) => {
  const image = await shapesPicture(name);
  expect([image.width, image.height]).toEqual(golden.size);
  expect(crc32(image.data)).toBe(golden.crc32);
});

test("CMYK becomes RGB as in OpenCV", async () => {
  const image = await decodeImage(Buffer.from(goldens.cmyk.base64, "base64"), "cmyk.jpg");
  expect([image.width, image.height]).toEqual(goldens.cmyk.size);
  expect(crc32(image.data)).toBe(goldens.cmyk.crc32);
});

test.each(["png", "webp", "tiff"] as const)("%s without loss keeps its pixels", async (format) => {
  const file = await raw().toFormat(format, { lossless: true, compression: "lzw" }).toBuffer();
  expect(await decodeImage(file, "x")).toEqual({ ...PICTURE, data: expect.objectContaining(PICTURE.data) });
});

test("grey spreads to three channels", async () => {
  const greys = Uint8Array.from([0, 9, 128, 255]);
  const file = await sharp(greys, { raw: { width: 4, height: 1, channels: 1 } })
    .toColourspace("b-w")
    .png()
    .toBuffer();
  expect((await sharp(file).metadata()).channels).toBe(1);
  expect(Array.from((await decodeImage(file, "x")).data)).toEqual(
    Array.from(greys).flatMap((grey) => [grey, grey, grey]),
  );
});

test("alpha is dropped, not blended", async () => {
  const file = await sharp(Uint8Array.from([200, 100, 50, 0, 10, 20, 30, 128]), {
    raw: { width: 2, height: 1, channels: 4 },
  })
    .png()
    .toBuffer();
  expect(Array.from((await decodeImage(file, "x")).data)).toEqual([200, 100, 50, 10, 20, 30]);
});

test("16 bits are cut to the upper 8", async () => {
  const file = await sharp(Uint16Array.from([0x00ff, 0x0180, 0xfffe]), { raw: { width: 1, height: 1, channels: 3 } })
    .toColourspace("rgb16")
    .png()
    .toBuffer();
  expect((await sharp(file).metadata()).depth).toBe("ushort");
  expect(Array.from((await decodeImage(file, "x")).data)).toEqual([0x00, 0x01, 0xff]);
});

test("a colour profile changes nothing", async () => {
  const file = await raw().withIccProfile("p3").png().toBuffer();
  const { data: stored } = await sharp(file, { ignoreIcc: true }).raw().toBuffer({ resolveWithObject: true });
  expect((await sharp(file).metadata()).icc).toBeDefined();
  expect(Array.from((await decodeImage(file, "x")).data)).toEqual(Array.from(stored));
});

/** The pixel of the stored picture that lies at column x and row y of the shown one. */
const ORIENTATIONS: Readonly<Record<number, (x: number, y: number) => readonly [number, number]>> = {
  1: (x, y) => [x, y],
  2: (x, y) => [5 - x, y],
  3: (x, y) => [5 - x, 3 - y],
  4: (x, y) => [x, 3 - y],
  5: (x, y) => [y, x],
  6: (x, y) => [y, 3 - x],
  7: (x, y) => [5 - y, 3 - x],
  8: (x, y) => [5 - y, x],
};

test.each(Object.keys(ORIENTATIONS).map(Number))("EXIF orientation %i is applied", async (orientation) => {
  const image = await decodeImage(await raw().withMetadata({ orientation }).webp({ lossless: true }).toBuffer(), "x");
  expect([image.width, image.height]).toEqual(orientation >= 5 ? [4, 6] : [6, 4]);
  for (let y = 0; y < image.height; y++)
    for (let x = 0; x < image.width; x++) {
      const start = (y * image.width + x) * 3;
      expect(Array.from(image.data.subarray(start, start + 3))).toEqual(pixel(...ORIENTATIONS[orientation]!(x, y)));
    }
});

test.each([
  ["nothing", new Uint8Array(), "x.jpg is empty"],
  ["text", Buffer.from("hello, world"), "is no picture by its first bytes"],
  ["an SVG", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), "is SVG or XML"],
  ["a BMP", Buffer.from("BM\0\0\0\0"), "is BMP"],
])("%s is refused by what it is", async (_, bytes, message) => {
  const diagnostic = await diagnosticOf(decodeImage(bytes, "x.jpg"));
  expect(diagnostic.code).toBe("image/unreadable");
  expect(diagnostic.message).toContain(message);
});

test.each(["jpeg", "png", "webp", "gif", "tiff", "avif"] as const)(
  "a %s file cut short is an error",
  async (format) => {
    const file = await raw(noise([90, 70]))
      .toFormat(format)
      .toBuffer();
    for (const share of [0.99, 0.7, 0.3, 0.05]) {
      const diagnostic = await diagnosticOf(decodeImage(file.subarray(0, Math.floor(file.length * share)), "cut"));
      expect(diagnostic).toMatchObject({ code: "image/unreadable", hint: expect.stringContaining("cut short") });
    }
  },
);

test("a size beyond the limit is refused before anything is decoded", async () => {
  const file = await raw().png().toBuffer();
  const claim = (width: number, height: number) => {
    const bytes = Buffer.from(file);
    bytes.writeUInt32BE(width, 16);
    bytes.writeUInt32BE(height, 20);
    bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
    return decodeImage(bytes, "bomb.png");
  };
  const wide = await diagnosticOf(claim(30000, 30000));
  expect(wide.message).toContain("30000x30000 pixels, expected at most 268435456 in all and 32767 on a side");
  expect((await diagnosticOf(claim(40000, 1))).message).toContain("40000x1 pixels");
});

test("a damaged file gives a picture or a CompileError", async () => {
  const file = readFileSync(shapesFile("pictures/square.jpg"));
  await fc.assert(
    fc.asyncProperty(fc.nat(file.length - 1), fc.nat(255), async (at, value) => {
      const bytes = Uint8Array.from(file);
      bytes[at] = value;
      const image = await decodeImage(bytes, "x").catch((error: unknown) => {
        if (!isCompileError(error)) throw error;
        return undefined;
      });
      if (image) expect(image.data.length).toBe(image.width * image.height * 3);
    }),
    { seed: 1, numRuns: 60 },
  );
});
