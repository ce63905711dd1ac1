import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { errorScale, heatOf } from "./error-scale.js";

const errors = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 });

test("a larger error never lies lower, and all lie on the axis", () => {
  fc.assert(
    fc.property(errors, (values) => {
      const { place } = errorScale(values);
      const places = [...values].sort((left, right) => left - right).map(place);
      expect(places.every((at) => at >= 0 && at <= 100)).toBe(true);
      expect(places).toEqual([...places].sort((left, right) => left - right));
    }),
    { seed: 1 },
  );
});

test("decades are marked, and lanes only where they are needed", () => {
  expect(errorScale([2e-6, 1e-4]).ticks).toEqual([
    { at: 0, label: "1e-6" },
    { at: expect.closeTo(100 / 3), label: "1e-5" },
    { at: expect.closeTo(200 / 3), label: "1e-4" },
    { at: 100, label: "1e-3" },
  ]);
  const { place, ticks } = errorScale([0, 1e-6, Number.NaN]);
  expect(ticks.map(({ label }) => label)).toEqual(["0", "1e-8", "1e-7", "1e-6", "1e-5", "NaN, ∞"]);
  expect([place(0), place(Number.NaN), place(Number.POSITIVE_INFINITY)]).toEqual([0, 100, 100]);
});

test("a wide axis has as many decades as asked for", () =>
  expect(errorScale([1e-300, 1e300], 6).ticks.length).toBeLessThanOrEqual(8));

test.each([[[]], [[0]], [[Number.NaN]], [[Number.POSITIVE_INFINITY, 0]]])(
  "there is an axis for %j",
  (values: number[]) => {
    const { place, ticks } = errorScale(values);
    expect([...values.map(place), ...ticks.map(({ at }) => at)].every(Number.isFinite)).toBe(true);
  },
);

test("heat rises with the error up to the tolerance", () => {
  expect([1e-9, 1e-8, 1e-6, 1e-4, 1, Number.NaN].map((error) => heatOf(error, 1e-4))).toEqual([0, 0, 0.5, 1, 1, 1]);
  expect([heatOf(0, 0), heatOf(1e-9, 0)]).toEqual([0, 1]);
});
