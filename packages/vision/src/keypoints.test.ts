import { expect, test } from "@jest/globals";
import { type OutputPart, tensorOf } from "@yolo-compile/core";
import type { Keypoint } from "./detection.js";
import { drawDetections } from "./draw.js";
import type { Image } from "./image.js";
import { nonMaxSuppression } from "./non-max-suppression.js";
import { channelsOf, classColour } from "./palette.js";
import { scaleBoxes } from "./scale-boxes.js";

const BOX: readonly OutputPart[] = [
  { name: "center", kind: "pixels", count: 2 },
  { name: "size", kind: "pixels", count: 2 },
  { name: "classes", kind: "probability", count: 1 },
];
const place = (count: number): OutputPart => ({ name: "keypoints", kind: "pixels", count });
const SCORE: OutputPart = { name: "keypoints", kind: "probability", count: 1 };
const ROW = [50, 40, 20, 10, 0.75];

const detectIn = (parts: readonly OutputPart[], numbers: readonly number[], axis: 1 | 2 = 1) =>
  nonMaxSuppression(tensorOf("f32", axis === 1 ? [1, numbers.length, 1] : [1, 1, numbers.length], [...numbers]), {
    output: "output0",
    axis,
    parts,
  })[0]!;

test.each([1, 2] as const)("keypoints with scores are read in the network's order, along axis %d", (axis) => {
  const [found] = detectIn([...BOX, place(2), SCORE, place(2), SCORE], [...ROW, 41, 36, 0.5, 59, 44, 0.25], axis);
  expect(found).toEqual({
    box: [40, 35, 60, 45],
    score: 0.75,
    classIndex: 0,
    keypoints: [
      { x: 41, y: 36, score: 0.5 },
      { x: 59, y: 44, score: 0.25 },
    ],
  });
});

test("keypoints without scores have none", () => {
  const [found] = detectIn([...BOX, place(4)], [...ROW, 41, 36, 59, 44]);
  expect(found!.keypoints).toEqual([
    { x: 41, y: 36 },
    { x: 59, y: 44 },
  ]);
});

test("numbers that are no whole points are refused", () => {
  expect(() => detectIn([...BOX, place(3)], [...ROW, 41, 36, 59])).toThrow("3 keypoints");
});

test("keypoints leave the letterbox with their box, and stay in the picture", () => {
  const keypoints = [
    { x: 320, y: 192, score: 0.5 },
    { x: -9, y: 999, score: 0.25 },
  ];
  const size = { width: 640, height: 384 };
  const [found] = scaleBoxes([{ box: [0, 12, 640, 372], score: 1, classIndex: 0, keypoints }], size, {
    width: 1280,
    height: 720,
  });
  expect(found!.keypoints).toEqual([
    { x: 640, y: 360, score: 0.5 },
    { x: 0, y: 720, score: 0.25 },
  ]);
});

const PICTURE: Image = { width: 100, height: 100, data: new Uint8Array(30000).fill(255) };
const colourAt = async (keypoints: readonly Keypoint[], x: number, y: number) => {
  const { data } = await drawDetections(PICTURE, [{ box: [5, 30, 95, 95], score: 1, classIndex: 1, keypoints }], []);
  return Array.from(data.subarray((y * 100 + x) * 3, (y * 100 + x) * 3 + 3));
};
const COLOUR = Array.from(channelsOf(classColour(1)));
const WHITE = [255, 255, 255];

test("visible keypoints are drawn in the class's colour, hidden ones are not", async () => {
  expect(await colourAt([{ x: 50, y: 60 }], 50, 60)).toEqual(COLOUR);
  expect(await colourAt([{ x: 50, y: 60, score: 0.5 }], 50, 60)).toEqual(COLOUR);
  expect(await colourAt([{ x: 50, y: 60, score: 0.49 }], 50, 60)).toEqual(WHITE);
  expect(await colourAt([{ x: Number.NaN, y: 60 }], 50, 60)).toEqual(WHITE);
});

test("a person's shoulders are joined where both are visible; points of something else are not", async () => {
  const pointsOf = (count: number, score: number) =>
    Array.from({ length: count }, (_, index) =>
      index === 5 ? { x: 20, y: 60, score: 1 } : index === 6 ? { x: 80, y: 60, score } : { x: 0, y: 0, score: 0 },
    );
  expect(await colourAt(pointsOf(17, 1), 50, 60)).toEqual(COLOUR);
  expect(await colourAt(pointsOf(17, 0), 50, 60)).toEqual(WHITE);
  expect(await colourAt(pointsOf(16, 1), 50, 60)).toEqual(WHITE);
});
