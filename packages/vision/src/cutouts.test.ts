import { expect, test } from "@jest/globals";
import { type OutputLayout, tensorOf } from "@yolo-compile/core";
import { processCutouts } from "./cutouts.js";
import type { Detection } from "./detection.js";
import { expectMasks } from "./expect-masks.js";
import { type Mask, processMasks } from "./masks.js";
import { randomOutput, randomPrototypes } from "./testing/computed.js";
import { suppress } from "./testing/suppress.js";

const INPUT = { width: 160, height: 112 };
const MASKS = 8;
const MOST = 14;
const LAYOUT: OutputLayout = {
  output: "output0",
  axis: 2,
  parts: [
    { name: "corners", kind: "pixels", count: 4 },
    { name: "score", kind: "probability", count: 1 },
    { name: "label", kind: "label", count: 1 },
    { name: "masks", kind: "coefficient", count: MASKS },
  ],
};

const found = suppress(randomOutput([2, 40, 17], MASKS), { maskCount: MASKS, maxDetections: MOST - 2 });
const protos = randomPrototypes([2, MASKS, 28, 40]);

const rowOf = ({ box, score, classIndex, maskCoefficients = new Float32Array(MASKS) }: Detection): number[] => [
  ...box,
  score,
  classIndex,
  ...maskCoefficients,
];
const padded = found.map((detections) => [
  ...detections.flatMap(rowOf),
  ...Array<number>((MOST - detections.length) * (6 + MASKS)).fill(0),
]);
const rows = tensorOf("f32", [2, MOST, 6 + MASKS], padded.flat());
const count = tensorOf(
  "i64",
  [2],
  found.map(({ length }) => length),
);
const cutouts = expectMasks(protos, { rows, count }, rows, { stride: 4, enlarged: true });

const at = ({ left, top, width, height, data }: Mask, x: number, y: number): number =>
  x >= left && y >= top && x < left + width && y < top + height ? data[(y - top) * width + (x - left)]! : 0;

test("masks of a graph at the image's size are YOLOv5's inside of the boxes, whichever rows are asked for", () => {
  found.forEach((all, picture) => {
    expect(all.length).toBeGreaterThan(2);
    const letterboxed = [...all].reverse().slice(1);
    const placed = { letterboxed, detections: letterboxed };
    const masks = processCutouts(cutouts, { tensor: rows, layout: LAYOUT }, placed, INPUT, picture);
    const wanted = processMasks(protos, letterboxed, INPUT, picture);
    expect(masks.some(({ data }) => data.includes(1))).toBe(true);
    masks.forEach((mask, index) => {
      expect(mask.data).toEqual(
        mask.data.map((_, place) =>
          at(wanted[index]!, mask.left + (place % mask.width), mask.top + Math.floor(place / mask.width)),
        ),
      );
    });
  });
});

test("rows behind those that stay have zeros", () => {
  const area = INPUT.width * INPUT.height;
  expect(cutouts.shape).toEqual([2, MOST, INPUT.height, INPUT.width]);
  found.forEach(({ length }, picture) => {
    const filled = Array.from({ length: MOST }, (_, row) => row).filter((row) => {
      const start = (picture * MOST + row) * area;
      return (cutouts.data as Float32Array).subarray(start, start + area).some((value) => value !== 0);
    });
    expect(filled.length).toBeGreaterThan(2);
    expect(Math.max(...filled)).toBeLessThan(length);
  });
});

test("masks that are not one for each row are an error", () => {
  const fewer = { ...cutouts, shape: [1, 2 * MOST, INPUT.height, INPUT.width] };
  const placed = { letterboxed: [], detections: [] };
  expect(() => processCutouts(fewer, { tensor: rows, layout: LAYOUT }, placed, INPUT)).toThrow(
    "expected a mask for each row [2,14,height,width]",
  );
});
