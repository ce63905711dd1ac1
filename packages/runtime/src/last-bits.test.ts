import { expect, test } from "@jest/globals";
import { type Tensor, tensorOf, toNumbers, uniformFloats } from "@yolo-compile/core";
import { shakeLastBits } from "./last-bits.js";

const shake = (tensor: Tensor, seed = 1) => shakeLastBits(new Map([["x", tensor]]), seed).get("x")!;

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

test("other element types stay", () => {
  const ids = tensorOf("i64", [2], [3, 4]);
  expect(shakeLastBits(new Map([["ids", ids]]), 1)).toEqual(new Map([["ids", ids]]));
});

test("each input has its own bits", () => {
  const ones = tensorOf("f32", [100], new Array<number>(100).fill(1));
  const shaken = shakeLastBits(
    new Map([
      ["a", ones],
      ["b", ones],
    ]),
    1,
  );
  expect(shaken.get("a")).not.toEqual(shaken.get("b"));
});

test("downwards the way ends at 0, not before", () => {
  const least = tensorOf("f32", [50], new Array<number>(50).fill(LEAST));
  expect(new Set(toNumbers(shake(least)))).toEqual(new Set([0, 2 * LEAST]));
});

test("bright and dark noise of the same seed moves up and down alike", () => {
  const count = 10_000;
  for (const seed of [1, 2, 3]) {
    const noise = uniformFloats(seed, count);
    const moved = shake({ dtype: "f32", shape: [count], data: noise }, seed).data;
    const bright = [...noise.keys()].filter((index) => noise[index]! >= 0.5);
    const up = bright.filter((index) => moved[index]! > noise[index]!).length;
    expect(up / bright.length).toBeCloseTo(0.5, 1);
  }
});
