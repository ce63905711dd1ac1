import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Box, Detection } from "./detection.js";
import { letterboxTransform, roundBoxes, scaleBoxes } from "./scale-boxes.js";
import { missingReference, referenceFile } from "./testing/files.js";

const detection = (box: Box): Detection => ({ box, score: 0.5, classIndex: 3 });

test("boxes return to where they were before the letterbox", () => {
  const side = fc.integer({ min: 32, max: 2000 });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(side, side, side, side, share, share, (width, height, outerWidth, outerHeight, u, v) => {
      const image = { width, height };
      const outer = { width: outerWidth, height: outerHeight };
      const { gain, left, top } = letterboxTransform(image, outer);
      const box: Box = [0, 0, u * width, v * height];
      const inside: Box = [left, top, box[2] * gain + left, box[3] * gain + top];
      const found = scaleBoxes([detection(inside)], outer, image)[0]!;
      const tolerance = (2000 / gain) * 2 ** -22;
      found.box.forEach((edge, index) => {
        expect(Math.abs(edge - box[index]!)).toBeLessThan(tolerance);
      });
      expect(found).toMatchObject({ score: 0.5, classIndex: 3 });
    }),
  );
});

test("boxes are clipped to the picture", () => {
  const [found] = scaleBoxes(
    [detection([-20, 5, 700, 400])],
    { width: 640, height: 384 },
    { width: 1280, height: 720 },
  );
  expect(found!.box).toEqual([0, 0, 1280, 720]);
});

test("rounding goes to the nearest, halves to even", () => {
  expect(roundBoxes([detection([0.5, 1.5, 2.49, 3.51])])[0]!.box).toEqual([0, 2, 2, 4]);
});

type Row = readonly [number, number, number, number, number, number];

interface ReferenceImage {
  readonly image: string;
  readonly original_hw: readonly [number, number];
  readonly input_shape: readonly [number, number, number, number];
  readonly detections_letterbox_xyxy_conf_cls: readonly Row[];
  readonly detections_original_xyxy_conf_cls: readonly Row[];
}

const absent = missingReference();
(absent ? describe.skip : describe)(`against the reference${absent ? ` (${absent})` : ""}`, () => {
  test("detections of real networks land where detect.py puts them", () => {
    const index = JSON.parse(readFileSync(referenceFile("index.json"), "utf8"));
    const images: ReferenceImage[] = index.cases.flatMap(({ images = [] }) => images);
    expect(images.length).toBeGreaterThan(2);
    for (const golden of images) {
      const [, , height, width] = golden.input_shape;
      const found = golden.detections_letterbox_xyxy_conf_cls.map(([x1, y1, x2, y2]) => detection([x1, y1, x2, y2]));
      const size = { width: golden.original_hw[1], height: golden.original_hw[0] };
      const boxes = roundBoxes(scaleBoxes(found, { width, height }, size)).map(({ box }) => box);
      expect(boxes).toEqual(golden.detections_original_xyxy_conf_cls.map((row) => row.slice(0, 4)));
    }
  });
});
