import { expect, test } from "@jest/globals";
import { type Tensor, tensorOf, toNumbers } from "@yolo-compile/core";
import { FOLD, widenTolerance } from "@yolo-compile/runtime";
import { shakeLastBits } from "./last-bit.js";

const shake = (tensor: Tensor, seed = 1) =>
  shakeLastBits({ name: "x", tensors: new Map([["x", tensor]]) }, seed).tensors.get("x")!;

/** Four times the smallest number above 0. */
const LEAST = 2 ** -147;

test("every element moves four floats up or down", () => {
  const ones = tensorOf("f32", [100], new Array<number>(100).fill(1));
  expect(new Set(toNumbers(shake(ones)))).toEqual(new Set([1 + 2 ** -21, 1 - 2 ** -22]));
  expect(shake(ones)).toEqual(shake(ones));
  expect(shake(ones, 2)).not.toEqual(shake(ones));
  expect(new Set(toNumbers(ones))).toEqual(new Set([1]));
});

test("zeros keep their sign, and nothing becomes NaN", () => {
  expect(new Set(toNumbers(shake(tensorOf("f32", [50], new Array<number>(50).fill(0)))))).toEqual(new Set([LEAST]));
  expect(new Set(toNumbers(shake(tensorOf("f32", [50], new Array<number>(50).fill(-0)))))).toEqual(new Set([-LEAST]));
  const mixed = tensorOf("f32", [4], [-1, 1e-40, -255, 1e30]);
  expect(shake(mixed).data.some((value) => Number.isNaN(value))).toBe(false);
});

test("other element types stay, the name and what else an input has as well", () => {
  const ids = tensorOf("i64", [2], [3, 4]);
  expect(shakeLastBits({ name: "a", tensors: new Map([["ids", ids]]), pictures: [] }, 1)).toEqual({
    name: "a",
    tensors: new Map([["ids", ids]]),
    pictures: [],
  });
});

test("the tolerance is what is allowed, unless the last bits move an answer by more than a tenth of it", () => {
  expect(widenTolerance(FOLD, 0)).toBe(FOLD);
  expect(widenTolerance(FOLD, FOLD.relative / 10)).toBe(FOLD);
  expect(widenTolerance(FOLD, 2e-3).relative).toBeCloseTo(2e-2, 12);
});
