import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { crc32, type Tensor } from "@yolo-compile/core";
import { readNpy } from "@yolo-compile/testkit";
import fc from "fast-check";
import { decodeImage } from "./decode.js";
import { blankImage, type Image } from "./image.js";
import { letterbox, toTensor } from "./letterbox.js";
import { resizeLinear } from "./resize.js";
import { noise } from "./testing/computed.js";
import { goldens, missingReference, referenceFile, shapesFile, shapesPicture } from "./testing/files.js";

/** Channels, rows, columns. */
function planes({ width, height, data }: Image): Tensor {
  const plane = width * height;
  const result = new Uint8Array(3 * plane);
  for (let at = 0; at < result.length; at++) result[at] = data[(at % plane) * 3 + Math.floor(at / plane)]!;
  return { dtype: "u8", shape: [3, height, width], data: result };
}

const size = ([width, height]: readonly [number, number]) => ({ width, height });

test.each(goldens.resize)("$from to $to is what OpenCV gives", ({ from, to, crc32: golden }) => {
  expect(crc32(resizeLinear(noise(from), size(to)).data)).toBe(golden);
});

test.each(goldens.letterbox)("$from in $size, stride $stride, is YOLOv5's letterbox", (golden) => {
  const options = golden.stride === null ? {} : { stride: golden.stride };
  const image = letterbox(noise(golden.from), size(golden.size), options);
  expect([image.width, image.height]).toEqual(golden.to);
  expect(crc32(image.data)).toBe(golden.crc32);
});

test("portrait.jpg becomes the recorded input, bit for bit", async () => {
  const image = letterbox(await shapesPicture("portrait.jpg"), { width: 256, height: 256 }, { stride: 32 });
  expect(planes(image)).toEqual(readNpy(shapesFile("golden/portrait_256.input.npy")));
});

test("a picture one pixel high keeps a row", () => {
  const image = letterbox(noise([1000, 1]), { width: 64, height: 64 });
  expect([image.width, image.height]).toEqual([64, 64]);
  expect(image.data.filter((value) => value !== 114).length).toBeGreaterThan(60);
});

test("without a stride the size is met, with one it is the least multiple that holds the picture", () => {
  const side = fc.integer({ min: 1, max: 80 });
  fc.assert(
    fc.property(side, side, fc.constantFrom(32, 64, 96), fc.constantFrom(32, 64, 96), (w, h, width, height) => {
      const whole = letterbox(blankImage({ width: w, height: h }), { width, height });
      expect([whole.width, whole.height]).toEqual([width, height]);
      const least = letterbox(blankImage({ width: w, height: h }), { width, height }, { stride: 32 });
      expect([least.width % 32, least.height % 32]).toEqual([0, 0]);
      expect(least.width === width || least.height === height).toBe(true);
      const black = least.data.filter((value) => value === 0).length;
      expect(black).toBe(whole.data.filter((value) => value === 0).length);
    }),
  );
});

test("toTensor gives planes of value / 255, rounded once", () => {
  const values = Uint8Array.from({ length: 256 * 3 }, (_, at) => Math.floor(at / 3) ^ (at % 3));
  const tensor = toTensor([
    { width: 16, height: 16, data: values },
    { width: 16, height: 16, data: values.slice().reverse() },
  ]);
  expect([tensor.dtype, tensor.shape]).toEqual(["f32", [2, 3, 16, 16]]);
  for (let channel = 0; channel < 3; channel++)
    for (let at = 0; at < 256; at++) {
      expect(tensor.data[channel * 256 + at]).toBe(Math.fround((at ^ channel) / 255));
      expect(tensor.data[(3 + channel) * 256 + at]).toBe(Math.fround(((255 - at) ^ (2 - channel)) / 255));
    }
});

test("pictures of two sizes make no batch", () => {
  const mixed = [blankImage({ width: 32, height: 32 }), blankImage({ width: 32, height: 64 })];
  expect(() => toTensor(mixed)).toThrow("image/batch: pictures of 32x32 and 32x64 pixels cannot share a batch");
  expect(() => toTensor([])).toThrow("image/batch: there is no picture");
});

const absent = missingReference();
(absent ? describe.skip : describe)(`against the reference${absent ? ` (${absent})` : ""}`, () => {
  test.each(["bus", "zidane"])("%s.jpg becomes the network input that OpenCV makes, bit for bit", async (name) => {
    const picture = await decodeImage(readFileSync(referenceFile(`images/${name}.jpg`)), name);
    const image = letterbox(picture, { width: 640, height: 640 }, { stride: 32 });
    const golden = readNpy(referenceFile(`golden/${name}.letterbox.u8.npy`));
    expect(golden.shape.slice(-2)).toEqual([image.height, image.width]);
    expect(crc32(planes(image).data as Uint8Array)).toBe(crc32(golden.data as Uint8Array)); // both are u8
  });
});
