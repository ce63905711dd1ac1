import { expect, test } from "@jest/globals";
import { uniformStream } from "@yolo-compile/core";
import { estimateMedian } from "./median.js";

test.each([
  [[7], { median: 7, low: 7, high: 7 }],
  [[3, 1], { median: 2, low: 1, high: 3 }],
  [[10, 9, 1], { median: 9, low: 1, high: 10 }],
])("the median of %j", (numbers, expected) => {
  expect(estimateMedian(numbers)).toEqual(expected);
});

test("one that is far off moves neither the median nor its interval much", () => {
  const numbers = Array.from({ length: 100 }, (_, index) => index);
  expect(estimateMedian([...numbers.slice(0, 99), 1e9])).toEqual(estimateMedian(numbers));
});

test("the true median lies inside in about 95 of 100 cases", () => {
  const next = uniformStream(1);
  const cases = Array.from({ length: 2000 }, () => estimateMedian(Array.from({ length: 41 }, () => next() ** 3)));
  const inside = cases.filter(({ low, high }) => low <= 0.125 && 0.125 <= high).length / cases.length;
  expect(inside).toBeGreaterThan(0.93);
  expect(inside).toBeLessThan(0.99);
});
