import { expect, test } from "@jest/globals";
import type { Box } from "./detection.js";
import { placeLabels } from "./place-labels.js";

const PICTURE = { width: 200, height: 100 };
const SIZE = { width: 40, height: 10 };
const place = (...boxes: Box[]) =>
  placeLabels(
    boxes.map((box) => ({ box, size: SIZE })),
    PICTURE,
  ).map(({ left, top }) => [left, top]);

test("a label goes over its box, or under it where there is no room", () => {
  expect(place([50, 40, 120, 60])).toEqual([[50, 30]]);
  expect(place([50, 4, 120, 60])).toEqual([[50, 60]]);
});

test("a box as large as the picture has it inside", () => {
  expect(place([0, 0, 200, 100])).toEqual([[0, 0]]);
});

test("a label stays in the picture", () => {
  expect(place([190, 40, 199, 60])).toEqual([[160, 30]]);
  expect(place([-30, 40, 10, 60])).toEqual([[0, 30]]);
});

test("later labels make room for earlier ones as long as there is any", () => {
  const box: Box = [50, 40, 120, 70];
  expect(place(box, box, box, box)).toEqual([
    [50, 30],
    [50, 70],
    [50, 40],
    [50, 60],
  ]);
});
