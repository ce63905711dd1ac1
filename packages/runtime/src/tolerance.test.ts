import { expect, test } from "@jest/globals";
import { allowedError, EXACT, F16, FOLD, GPU_F32, WIDEST } from "./tolerance.js";

test("the tolerance is what is allowed, unless the last bits move an answer by more than a tenth of it", () => {
  expect(allowedError(FOLD)).toBe(1e-4);
  expect(allowedError(FOLD, 0)).toBe(1e-4);
  expect(allowedError(FOLD, 0.99e-5)).toBe(1e-4);
  expect(allowedError(FOLD, 1.1e-5)).toBeCloseTo(1.1e-4, 12);
  expect(allowedError(FOLD, 2e-3)).toBeCloseTo(2e-2, 12);
  expect(allowedError(EXACT)).toBe(0);
});

test("each is wider than the one before", () => {
  const all = [EXACT, FOLD, GPU_F32, F16].map(({ relative }) => relative);
  expect(all).toEqual([...all].sort((a, b) => a - b));
  expect(new Set(all).size).toBe(4);
  expect(WIDEST).toBeGreaterThan(F16.relative);
});
