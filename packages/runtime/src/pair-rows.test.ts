import { expect, test } from "@jest/globals";
import { type OutputLayout, tensorOf } from "@yolo-compile/core";
import { compareTensors } from "./compare.js";

const LAYOUT: OutputLayout = {
  output: "y",
  axis: 2,
  parts: [
    { name: "corners", kind: "pixels", count: 4 },
    { name: "score", kind: "probability", count: 1 },
    { name: "label", kind: "label", count: 1 },
  ],
};

const row = (x: number, score: number, label: number) => [x, x, x + 10, x + 10, score, label];
const tensor = (...rows: number[][]) => tensorOf("f32", [1, rows.length, 6], rows.flat());
const apart = (reference: number[][], candidate: number[][]) => {
  const { parts } = compareTensors("y", tensor(...reference), tensor(...candidate), LAYOUT);
  return parts.map(({ maxAbs }) => Math.round(maxAbs * 1000) / 1000);
};

const [A, B, C, D] = [row(1, 0.9, 3), row(50, 0.5, 1), row(80, 0.5, 2), row(30, 0.2, 1)];
const moved = (each: number[], score: number) => [...each.slice(0, 4), score, each[5]!];

test("rows of nearly equal scores may change places", () => {
  expect(apart([A, B, C, D], [A, C, B, D])).toEqual([0, 0, 0]);
  expect(apart([A, B, C], [A, moved(C, 0.50001), moved(B, 0.5)])).toEqual([0, 0, 0]);
});

test("a box, a score or a label that differs shows all the same", () => {
  expect(apart([A, B, C, D], [A, C, row(52, 0.5, 1), D])).toEqual([2, 0, 0]);
  expect(apart([A, B, C, D], [A, moved(B, 0.6), C, D])).toEqual([0, 0.1, 0]);
  expect(apart([A, B, D], [A, C, D])).toEqual([30, 0, 1]);
  expect(apart([A, B, B], [A, A, B])).toEqual([49, 0.4, 2]);
});

test("rows out of the order of their scores are compared where they are", () => {
  expect(apart([A, B], [B, A])).toEqual([49, 0.4, 2]);
});

test("the last places may go to others of the same score, but no other place", () => {
  expect(apart([A, C, B], [A, C, row(7, 0.5, 5)])).toEqual([0, 0, 0]);
  expect(apart([A, B, D], [A, row(7, 0.5, 5), D])).toEqual([43, 0, 4]);
  expect(apart([A, D], [A, row(7, 0.3, 5)])).toEqual([23, 0.1, 4]);
});

test("outputs without scores and labels stay as they are", () => {
  const layout: OutputLayout = { output: "y", axis: 2, parts: [{ name: "values", kind: "other", count: 6 }] };
  expect(compareTensors("y", tensor(A, B), tensor(B, A), layout).maxAbs).toBeCloseTo(49);
});
