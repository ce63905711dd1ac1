import { expect, test } from "@jest/globals";
import { labelFile } from "./label-file.js";

const picture = { width: 200, height: 100 };
const found = { box: [20, 10, 60, 50], score: 0.75, classIndex: 2 } as const;

test("a box is its class, centre and size, with keypoints behind it and the score last", () => {
  const keypoints = [
    { x: 50, y: 25, score: 0.5 },
    { x: 100, y: 0, score: 1 },
  ];
  expect(labelFile([{ ...found, keypoints }, found], picture, true)).toBe(
    "2 0.2 0.3 0.2 0.4 0.25 0.25 0.5 0.5 0 1 0.75\n2 0.2 0.3 0.2 0.4 0.75\n",
  );
});

test("keypoints without a score are pairs", () => {
  expect(labelFile([{ ...found, keypoints: [{ x: 50, y: 25 }] }], picture, false)).toBe(
    "2 0.2 0.3 0.2 0.4 0.25 0.25\n",
  );
});

test("a rotated box is its four corners", () => {
  const rotated = { center: [40, 30], size: [40, 20], angle: Math.PI / 2 } as const;
  expect(labelFile([{ ...found, rotated }], picture, false)).toBe("2 0.15 0.5 0.25 0.5 0.25 0.1 0.15 0.1\n");
});
