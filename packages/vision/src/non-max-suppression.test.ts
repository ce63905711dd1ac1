import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { crc32, type OutputLayout, type OutputPart, type Tensor, tensorBytes, tensorOf } from "@yolo-compile/core";
import { readNpy } from "@yolo-compile/testkit";
import fc from "fast-check";
import type { Box, Detection } from "./detection.js";
import { nonMaxSuppression } from "./non-max-suppression.js";
import { hasBoxes } from "./row-layout.js";
import { scaleBoxes } from "./scale-boxes.js";
import { optionsOf, randomOutput } from "./testing/computed.js";
import { goldens, shapesFile, shapesPicture } from "./testing/files.js";
import { suppress } from "./testing/suppress.js";

const rowOf = ({ box, score, classIndex, maskCoefficients = new Float32Array() }: Detection) => [
  ...box,
  score,
  classIndex,
  ...maskCoefficients,
];
const outputOf = (...rows: number[][]): Tensor => tensorOf("f32", [1, rows.length, rows[0]!.length], rows.flat());
const classesOf = (found: Detection[][]) => found[0]!.map(({ classIndex }) => classIndex);
const scoresOf = (found: Detection[][]) => found[0]!.map(({ score }) => score);
const PORTRAIT = readNpy(shapesFile("golden/portrait_256.output0.npy"));

test.each(goldens.portrait)(
  "the recorded output gives YOLOv5's detections with $options",
  ({ options, rows, scaled }) => {
    const found = suppress(PORTRAIT, optionsOf(options));
    expect(found.map((detections) => detections.map(rowOf))).toEqual([rows]);
    const original = scaleBoxes(found[0]!, { width: 192, height: 256 }, { width: 256, height: 384 });
    expect(original.map(({ box }) => box)).toEqual(scaled);
  },
);

test.each(goldens.random)(
  "$shape computed values with $options give YOLOv5's detections",
  ({ shape, options, ...golden }) => {
    const setting = optionsOf(options);
    const found = suppress(randomOutput(shape, setting.maskCount), setting);
    expect(found.map((detections) => detections.length)).toEqual(golden.counts);
    const rows = Float32Array.from(found.flat().flatMap(rowOf));
    expect(crc32(tensorBytes({ dtype: "f32", shape: [rows.length], data: rows }))).toBe(golden.crc32);
  },
);

test("the portrait at 256 has the objects that it has at 320", async () => {
  const { pictures } = JSON.parse(readFileSync(shapesFile("golden/detections.json"), "utf8"));
  const golden: { box: Box; class: number; score: number }[] = pictures["portrait.jpg"].detections;
  const image = await shapesPicture("portrait.jpg");
  const found = scaleBoxes(suppress(PORTRAIT)[0]!, { width: 192, height: 256 }, image);
  const sure = golden.filter(({ score }) => score > 0.5);
  expect(sure.length).toBeGreaterThan(5);
  for (const { box, class: classIndex } of sure) {
    const match = found.find((other) => other.box.every((side, index) => Math.abs(side - box[index]!) < 4));
    expect(match?.classIndex).toBe(classIndex);
  }
});

test("of two boxes that overlap too much the better stays, other classes do not count", () => {
  const output = outputOf(
    [50, 50, 20, 20, 1, 0.6, 0],
    [51, 50, 20, 20, 1, 0.8, 0],
    [50, 50, 20, 20, 1, 0, 0.7],
    [90, 50, 20, 20, 1, 0.5, 0],
  );
  const found = suppress(output)[0]!;
  expect(found.map(({ box }) => box)).toEqual([
    [41, 40, 61, 60],
    [40, 40, 60, 60],
    [80, 40, 100, 60],
  ]);
  expect(classesOf(suppress(output, { agnostic: true }))).toEqual([0, 0]);
  expect(classesOf(suppress(output, { classes: [1] }))).toEqual([1]);
  expect(classesOf(suppress(output, { maxDetections: 1 }))).toEqual([0]);
});

test("an overlap equal to the threshold suppresses nothing", () => {
  const output = outputOf([10, 10, 20, 20, 1, 0.9], [10, 15, 20, 10, 1, 0.8]);
  expect(suppress(output, { iou: 0.5 })[0]).toHaveLength(2);
  expect(suppress(output, { iou: 0.49 })[0]).toHaveLength(1);
});

test("thresholds are float32: 0.3 is not above 0.3", () => {
  const output = outputOf([10, 10, 5, 5, 1, 0.3], [50, 10, 5, 5, 1, 0.30001]);
  expect(suppress(output, { confidence: 0.3 })[0]).toHaveLength(1);
});

test("objectness alone below the threshold drops a row, and it scales score and mask", () => {
  const output = outputOf([10, 10, 5, 5, 0.5, 0.75, 4, -2], [50, 10, 5, 5, 0.25, 3, 1, 1]);
  const [found] = suppress(output, { maskCount: 2 });
  expect(found!.map(rowOf)).toEqual([[7.5, 7.5, 12.5, 12.5, 0.375, 0, 2, -1]]);
});

test("equal scores keep the order of the rows, equal classes the first", () => {
  const output = outputOf([10, 10, 5, 5, 1, 0.5, 0.5], [50, 10, 5, 5, 1, 0.5, 0.5], [90, 10, 5, 5, 1, 0.6, 0.5]);
  const found = suppress(output)[0]!;
  expect(found.map(({ box }) => box[0])).toEqual([87.5, 7.5, 47.5]);
  expect(found.map(({ classIndex }) => classIndex)).toEqual([0, 0, 0]);
});

test("several labels a box on request, but not where there is one class", () => {
  const two = outputOf([10, 10, 5, 5, 1, 0.5, 0.75]);
  expect(classesOf(suppress(two))).toEqual([1]);
  expect(scoresOf(suppress(two, { multiLabel: true }))).toEqual([0.75, 0.5]);
  expect(suppress(outputOf([10, 10, 5, 5, 1, 0.5]), { multiLabel: true })[0]).toHaveLength(1);
});

test("a NaN anywhere in the scores drops the row", () => {
  const found = suppress(outputOf([10, 10, 5, 5, Number.NaN, 1, 1], [10, 10, 5, 5, 1, 0.9, Number.NaN]));
  expect(found).toEqual([[]]);
});

test("no more than 30000 candidates are compared, those with low scores are dropped", () => {
  const many = (count: number) => Array.from({ length: count }, () => [10, 10, 5, 5, 1, 0.75]);
  const apart = [90, 10, 5, 5, 1, 0.5];
  expect(scoresOf(suppress(outputOf(apart, ...many(29999))))).toEqual([0.75, 0.5]);
  expect(scoresOf(suppress(outputOf(apart, ...many(30000))))).toEqual([0.75]);
});

test("what stays overlaps by no more than the threshold, and is in order of score", () => {
  const row = fc.tuple(
    ...Array.from({ length: 4 }, () => fc.integer({ min: 1, max: 60 })),
    fc.integer({ min: 0, max: 20 }),
  );
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 30 }), (rows) => {
      const output = outputOf(...rows.map(([x, y, w, h, score]) => [x!, y!, w!, h!, 1, score! / 20]));
      const found = suppress(output)[0]!;
      found.forEach(({ box, score }, index) => {
        for (const other of found.slice(index + 1)) {
          expect(other.score).toBeLessThanOrEqual(score);
          expect(iou(box, other.box)).toBeLessThan(0.4501);
        }
      });
      expect(found.length > 0).toBe(rows.some(([, , , , score]) => score! > 5));
    }),
  );
});

function iou(a: Box, b: Box): number {
  const width = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0]));
  const height = Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
  const area = (box: Box) => (box[2] - box[0]) * (box[3] - box[1]);
  return (width * height) / (area(a) + area(b) - width * height);
}

test("outputs and thresholds that make no sense are errors", () => {
  const shapeError =
    "detect/output: the output is f32[1,2], expected floats of 6 columns along axis 2: 2 center, 2 size, 1 objectness, 1 classes";
  expect(() => suppress(tensorOf("f32", [1, 2], [1, 2]))).toThrow(shapeError);
  expect(() => suppress(tensorOf("f32", [1, 1, 7], new Array(7).fill(0)), { maskCount: 2 })).toThrow(
    "1 classes, 2 masks",
  );
  const output = outputOf([10, 10, 5, 5, 1, 0.5]);
  expect(() => suppress(output, { confidence: 25 })).toThrow("detect/threshold: confidence is 25, expected 0 to 1");
  expect(() => suppress(output, { iou: Number.NaN })).toThrow("detect/threshold: iou is NaN");
  expect(() => suppress(output, { maxDetections: 0 })).toThrow("detect/threshold: maxDetections is 0");
});

describe("other families' outputs", () => {
  const layout = (axis: number, ...parts: OutputLayout["parts"]): OutputLayout => ({ output: "output0", axis, parts });

  test("columns may stand together, and no objectness weighs the scores", () => {
    const rows = layout(
      1,
      { name: "center", kind: "pixels", count: 2 },
      { name: "size", kind: "pixels", count: 2 },
      { name: "classes", kind: "probability", count: 2 },
      { name: "masks", kind: "coefficient", count: 1 },
    );
    const columns = [
      [50, 90],
      [50, 20],
      [20, 10],
      [20, 10],
      [0.6, 0.1],
      [0.1, 0.3],
      [-2, 3],
    ].flat();
    const [found] = nonMaxSuppression(tensorOf("f32", [1, 7, 2], columns), rows);
    expect(found!.map(rowOf)).toEqual([
      [40, 40, 60, 60, Math.fround(0.6), 0, -2],
      [85, 15, 95, 25, Math.fround(0.3), 1, 3],
    ]);
  });

  test("boxes with a label have been suppressed in the graph", () => {
    const rows = layout(
      2,
      { name: "corners", kind: "pixels", count: 4 },
      { name: "score", kind: "probability", count: 1 },
      { name: "label", kind: "label", count: 1 },
    );
    const output = outputOf([10, 10, 20, 20, 0.5, 7], [10, 10, 20, 20, 0.75, 7], [0, 0, 5, 5, 0.25, 1]);
    expect(nonMaxSuppression(output, rows)[0]!.map(rowOf)).toEqual([
      [10, 10, 20, 20, 0.75, 7],
      [10, 10, 20, 20, 0.5, 7],
    ]);
    expect(nonMaxSuppression(output, rows, { classes: [1], confidence: 0.1 })[0]!.map(rowOf)).toEqual([
      [0, 0, 5, 5, 0.25, 1],
    ]);
  });

  test("rotated boxes are no detections", () => {
    const center: OutputPart = { name: "center", kind: "pixels", count: 2 };
    expect(hasBoxes(layout(1, center))).toBe(true);
    expect(hasBoxes(layout(1, center, { name: "rotation", kind: "angle", count: 1 }))).toBe(false);
  });

  test("without a box there is nothing to find", () => {
    const scores = layout(2, { name: "classes", kind: "probability", count: 6 });
    expect(() => nonMaxSuppression(outputOf([10, 10, 5, 5, 1, 0.5]), scores)).toThrow(
      "expected floats of 6 columns along axis 2: 6 classes",
    );
  });
});
