import { expect, test } from "@jest/globals";
import { crc32, tensorOf } from "@yolo-compile/core";
import type { Box, Detection } from "./detection.js";
import type { Size } from "./image.js";
import { type Mask, processMasks, processNativeMasks } from "./masks.js";
import { roundBoxes, scaleBoxes } from "./scale-boxes.js";
import { randomOutput, randomPrototypes } from "./testing/computed.js";
import { goldens } from "./testing/files.js";
import { suppress } from "./testing/suppress.js";

const INPUT = { width: 160, height: 112 };
const NATIVE = { width: 200, height: 144 };

/** All pixels of all masks, one byte each. */
function spread(masks: readonly Mask[], size: Size): Uint8Array {
  const area = size.width * size.height;
  const bytes = new Uint8Array(masks.length * area);
  masks.forEach((mask, index) => {
    for (let y = 0; y < mask.height; y++)
      bytes.set(
        mask.data.subarray(y * mask.width, (y + 1) * mask.width),
        index * area + (mask.top + y) * size.width + mask.left,
      );
  });
  return bytes;
}

const digest = (bytes: Uint8Array) => ({ pixels: bytes.reduce((sum, bit) => sum + bit, 0), crc32: crc32(bytes) });

test("masks are those of YOLOv5, at the input's size and at the picture's", () => {
  const found = suppress(randomOutput([2, 40, 17], 8), { maskCount: 8 });
  const protos = randomPrototypes([2, 8, 28, 40]);
  expect(found.map((detections) => detections.length)).toEqual(goldens.masks.counts);
  found.forEach((detections, index) => {
    const input = processMasks(protos, detections, INPUT, index);
    expect(digest(spread(input, INPUT))).toEqual(goldens.masks.input[index]);
    const original = roundBoxes(scaleBoxes(detections, INPUT, NATIVE));
    const native = processNativeMasks(protos, original, NATIVE, index);
    expect(digest(spread(native, NATIVE))).toEqual(goldens.masks.native[index]);
  });
});

const PROTOS = tensorOf("f32", [1, 1, 8, 8], new Array(64).fill(1));
const everywhere = (box: Box): Detection => ({
  box,
  score: 1,
  classIndex: 0,
  maskCoefficients: Float32Array.of(9),
});
const FULL = { width: 32, height: 32 };

test("a mask at the picture's size is cut to its box", () => {
  const [mask] = processNativeMasks(PROTOS, [everywhere([3, 5, 10, 9.5])], FULL);
  expect(mask).toEqual({ left: 3, top: 5, width: 7, height: 5, data: expect.objectContaining(new Array(35).fill(1)) });
});

test("a mask at the input's size is cut at prototype pixels, its corners rounded by enlarging", () => {
  const bytes = spread(processMasks(PROTOS, [everywhere([8, 8, 16, 16])], FULL), FULL);
  const at = (x: number, y: number) => bytes[y * FULL.width + x];
  expect(digest(bytes).pixels).toBe(8 * 8 - 4);
  expect([at(8, 9), at(9, 8), at(15, 14), at(8, 8), at(15, 15), at(7, 12), at(16, 12)]).toEqual([1, 1, 1, 0, 0, 0, 0]);
});

test.each([
  [[-5, -5, 100, 100], 1024],
  [[5, 5, 5, 5], 0],
  [[40, 40, 50, 50], 0],
  [[20, 20, 10, 10], 0],
] as const)("the box %j gives a mask of %i pixels", (box, pixels) => {
  for (const process of [processMasks, processNativeMasks])
    expect(digest(spread(process(PROTOS, [everywhere(box)], FULL), FULL)).pixels).toBe(pixels);
});

test("prototypes that do not fit the coefficients are an error", () => {
  const protos = tensorOf("f32", [1, 2, 8, 8], new Array(128).fill(1));
  expect(() => processMasks(protos, [everywhere([0, 0, 1, 1])], FULL)).toThrow(
    "detect/output: the output is f32[1,2,8,8], expected prototypes [more than 0, 1, height, width]",
  );
  expect(() => processNativeMasks(PROTOS, [], FULL, 1)).toThrow("[more than 1, 1, height, width]");
});
