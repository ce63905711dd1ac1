import { expect, test } from "@jest/globals";
import { formatTable } from "./table.js";
import { textWidth } from "./text-width.js";

const LAYOUT = { head: ["input", "runtime rewrites", "max |error|", ""], optional: [2] };
const ROWS = [
  ["noise (seed 1)", "off", "1.49e-7", "ok"],
  ["noise 0 to 4 (seed 1)", "on", "1.91e-6", "ok"],
];
const at = (width: number): string[] => formatTable(LAYOUT, ROWS, width).map((line) => line.trimEnd());

test("a table that fits is left alone; then its head is broken, a column left out, and its widest cells broken", () => {
  expect(at(60)).toEqual([
    "input                  runtime rewrites  max |error|",
    "noise (seed 1)         off               1.49e-7      ok",
    "noise 0 to 4 (seed 1)  on                1.91e-6      ok",
  ]);
  expect(at(50)).toEqual([
    "input                  runtime   max",
    "                       rewrites  |error|",
    "noise (seed 1)         off       1.49e-7  ok",
    "noise 0 to 4 (seed 1)  on        1.91e-6  ok",
  ]);
  expect(at(40)).toEqual([
    "input                  runtime",
    "                       rewrites",
    "noise (seed 1)         off       ok",
    "noise 0 to 4 (seed 1)  on        ok",
  ]);
  expect(at(30)).toEqual([
    "input           runtime",
    "                rewrites",
    "noise (seed 1)  off       ok",
    "noise 0 to 4    on        ok",
    "(seed 1)",
  ]);
});

test("no line is wider than asked for, down to columns of ten", () => {
  for (let width = 26; width < 70; width++)
    for (const line of formatTable(LAYOUT, ROWS, width)) expect(textWidth(line)).toBeLessThanOrEqual(width);
});
