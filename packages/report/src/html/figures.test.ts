import { expect, test } from "@jest/globals";
import { formatBytes, formatChange, formatError, formatNumber, formatTolerance, plural, sentence } from "./figures.js";
import { marginText } from "./margin.js";

test.each([
  [0, "0"],
  [2.6e-5, "2.60e-5"],
  [12.345, "1.23e+1"],
  [Number.NaN, "NaN"],
  [Number.POSITIVE_INFINITY, "∞"],
  [Number.NEGATIVE_INFINITY, "−∞"],
])("the error %d is %s", (value, text) => expect(formatError(value)).toBe(text));

test.each([
  [1e-4, "1e-4"],
  [10 ** -5, "1e-5"],
  [2.5e-3, "2.5e-3"],
  [1.68e-4, "1.68e-4"],
  [0, "0"],
  [Number.NaN, "NaN"],
])("the tolerance %d is %s", (value, text) => expect(formatTolerance(value)).toBe(text));

test.each([
  [33.7412, "33.7"],
  [-0.00896, "-0.00896"],
  [1234.5, "1235"],
  [2e6, "2.00e+6"],
  [1e-7, "1.00e-7"],
  [0, "0"],
])("the number %d is %s", (value, text) => expect(formatNumber(value)).toBe(text));

test.each([
  [999, "999 B"],
  [1000, "1.00 kB"],
  [1_890_926, "1.89 MB"],
  [3.6e12, "3.60e+3 GB"],
])("%d bytes are %s", (value, text) => expect(formatBytes(value)).toBe(text));

test("changes, counts and sentences read well", () => {
  expect([formatChange(302, 222), formatChange(1, 1), formatChange(0, 2000)]).toEqual(["−80", "same", "+2,000"]);
  expect([plural(1, "box", "boxes"), plural(1200, "box", "boxes")]).toEqual(["1 box", "1,200 boxes"]);
  expect(sentence("it holds")).toBe("It holds");
});

test.each([
  [1e-6, 1e-4, "100 times below the tolerance of 1e-4"],
  [2.6e-5, 1e-4, "3.8 times below the tolerance of 1e-4"],
  [9.9e-5, 1e-4, "just within the tolerance of 1e-4"],
  [1.01e-4, 1e-4, "just beyond the tolerance of 1e-4"],
  [6e-3, 1e-4, "60 times the tolerance of 1e-4"],
  [1e9, 1e-4, "1e+13 times the tolerance of 1e-4"],
  [1e-9, 0, "no difference is allowed"],
  [0, 0, "no difference at all"],
  [Number.NaN, 1e-4, "no finite difference, so beyond the tolerance of 1e-4"],
])("an error of %d where %d is allowed: %s", (error, relative, text) =>
  expect(marginText(error, { relative })).toBe(text),
);
