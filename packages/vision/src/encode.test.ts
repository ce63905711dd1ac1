import { expect, test } from "@jest/globals";
import sharp from "sharp";
import { decodeImage } from "./decode.js";
import { checkImageName, encodeImage } from "./encode.js";
import { noise } from "./testing/computed.js";

const PICTURE = noise([20, 10]);
const SMOOTH = {
  width: 64,
  height: 48,
  data: Uint8Array.from({ length: 64 * 48 * 3 }, (_, at) => (at % 192) + (at % 3)),
};

test("PNG keeps every pixel", async () => {
  const image = await decodeImage(await encodeImage(PICTURE, "a/b.PNG"), "x");
  expect(Array.from(image.data)).toEqual(Array.from(PICTURE.data));
});

test.each([
  ["x.jpg", "jpeg"],
  ["x.JPEG", "jpeg"],
  ["x.png", "png"],
  ["x.webp", "webp"],
])("%s is written as %s, its pixels near the picture's", async (name, format) => {
  const bytes = await encodeImage(SMOOTH, name);
  expect((await sharp(bytes).metadata()).format).toBe(format);
  const image = await decodeImage(bytes, name);
  const total = image.data.reduce((sum, value, at) => sum + Math.abs(value - SMOOTH.data[at]!), 0);
  expect(total / image.data.length).toBeLessThan(4);
});

test.each(["x.bmp", "x", "jpg", "a.png/x"])("%s is refused", async (name) => {
  const error = { diagnostic: { code: "image/format", message: `${name} does not end in .jpg, .jpeg, .png, .webp` } };
  expect(() => checkImageName(name)).toThrow(expect.objectContaining({ name: "CompileError" }));
  await expect(encodeImage(PICTURE, name)).rejects.toMatchObject(error);
});

test("a picture larger than the format allows is an error", async () => {
  const long = { width: 20000, height: 1, data: new Uint8Array(60000) };
  await expect(encodeImage(long, "x.webp")).rejects.toMatchObject({ diagnostic: { code: "image/write" } });
});
