import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { affineOf } from "./affine.js";

const number = fc.double({ min: -1e4, max: 1e4, noNaN: true });

test("zero is met exactly, and no number of the range is off by more than half a step, or a step at its ends", () => {
  fc.assert(
    fc.property(number, number, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, share) => {
      const range = { min: Math.min(a, b), max: Math.max(a, b) };
      const { scale, zero } = affineOf(range);
      expect(Number.isInteger(zero) && zero >= 0 && zero <= 255).toBe(true);
      const x = range.min + share * (range.max - range.min);
      const integer = Math.min(255, Math.max(0, Math.round(x / scale) + zero));
      expect(Math.abs((integer - zero) * scale - x)).toBeLessThanOrEqual(1.001 * scale);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test("a value that is always zero has a scale", () => {
  expect(affineOf({ min: 0, max: 0 })).toEqual({ scale: 2 ** -40, zero: 0 });
});

test("what is never negative has its zero at 0, what is never positive at 255", () => {
  expect(affineOf({ min: 3, max: 51 })).toEqual({ scale: Math.fround(0.2), zero: 0 });
  expect(affineOf({ min: -51, max: -3 }).zero).toBe(255);
});
