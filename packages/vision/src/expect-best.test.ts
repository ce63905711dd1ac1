import { describe, expect, test } from "@jest/globals";
import type { OutputLayout, Tensor } from "@yolo-compile/core";
import fc from "fast-check";
import { expectBest } from "./expect-best.js";

const LAYOUT: OutputLayout = {
  output: "output0",
  axis: 2,
  parts: [
    { name: "corners", kind: "pixels", count: 4 },
    { name: "objectness", kind: "probability", count: 1 },
    { name: "classes", kind: "probability", count: 1 },
  ],
};

const rowsOf = (rows: readonly (readonly number[])[]): Tensor => ({
  dtype: "f32",
  shape: [1, rows.length, 6],
  data: Float32Array.from(rows.flat()),
});

const row = (place: number, objectness: number): number[] => [place, place, place + 10, place + 10, objectness, 0.5];

/** Two levels of three and two boxes. */
const RULES = { levels: [3, 2], top: 2 };
const DECODED = rowsOf([row(0, 0.25), row(10, 0.75), row(20, 0.5), row(30, 0.125), row(40, 0.0625)]);
const BEST = [row(10, 0.75), row(20, 0.5), row(30, 0.125), row(40, 0.0625)];

const expected = (found: readonly (readonly number[])[], decoded = DECODED, rules = RULES): number[][] => {
  const { data } = expectBest({ tensor: decoded, layout: LAYOUT }, rowsOf(found), rules);
  return found.map((_, index) => Array.from(data.subarray(index * 6, index * 6 + 6) as Float32Array));
};

test("the best of each level are what has to come, in the numbers of the reference", () => {
  expect(expected(BEST)).toEqual(BEST);
  expect(expected(BEST.map((each) => each.map((value) => value + 1e-4)))).toEqual(BEST);
});

test.each([
  ["others than the best", [row(10, 0.75), row(0, 0.25), ...BEST.slice(2)]],
  ["one box twice", [row(10, 0.75), row(10, 0.75), ...BEST.slice(2)]],
  ["another order", [row(20, 0.5), row(10, 0.75), ...BEST.slice(2)]],
  ["boxes of another level", [...BEST.slice(2), ...BEST.slice(0, 2)]],
  ["no numbers", [row(10, Number.NaN), ...BEST.slice(1)]],
])("%s are held against the best", (_, found) => {
  expect(expected(found)).toEqual(BEST);
});

test("last bits of an objectness decide which of two comes first, and which is the last", () => {
  const near = rowsOf([row(0, 0.5), row(10, 0.5 + 1e-7), row(20, 0.5 - 1e-7), row(30, 0.125), row(40, 0.0625)]);
  const found = [row(20, 0.5), row(0, 0.5), ...BEST.slice(2)];
  expect(expected(found, near).map(([place]) => place)).toEqual([20, 0, 30, 40]);
});

test("rows of another number are refused", () => {
  expect(() => expected(BEST.slice(1))).toThrow(/detect\/output.*\[1,4,6\]/);
  expect(() => expected(BEST, DECODED, { levels: [3, 3], top: 2 })).toThrow(/detect\/output/);
});

describe("on any boxes", () => {
  const objectness = fc.double({ min: 0, max: 1, noNaN: true });
  const levels = fc.array(fc.array(objectness, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 3 });

  test("a stable sort's best are right, and no other choice is", () => {
    fc.assert(
      fc.property(levels, fc.integer({ min: 1, max: 6 }), (made, top) => {
        let place = 0;
        const all = made.map((level) => level.map((each) => row(10 * place++, Math.fround(each))));
        const best = all.flatMap((level) => [...level].sort((a, b) => b[4]! - a[4]!).slice(0, top));
        const rules = { levels: made.map(({ length }) => length), top };
        expect(expected(best, rowsOf(all.flat()), rules)).toEqual(best);
        const [first] = all as [number[][]];
        const [worst] = [...first].sort((a, b) => a[4]! - b[4]!);
        fc.pre(first.length > top && best[0]![4]! - worst![4]! > 1e-4);
        const wrong = [worst!, ...best.slice(1)];
        expect(expected(wrong, rowsOf(all.flat()), rules)).not.toEqual(wrong);
      }),
    );
  });
});
