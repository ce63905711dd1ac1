import { expect, test } from "@jest/globals";
import { greatestCommonDivisor, leastCommonMultiple } from "./divisors.js";

test.each([
  [12, 18, 6, 36],
  [7, 32, 1, 224],
  [64, 32, 32, 64],
])("%i and %i share %i, both divide %i", (a, b, divisor, multiple) => {
  expect([greatestCommonDivisor(a, b), leastCommonMultiple(a, b)]).toEqual([divisor, multiple]);
});

test("everything divides 0", () => {
  expect(greatestCommonDivisor(5, 0)).toBe(5);
});
