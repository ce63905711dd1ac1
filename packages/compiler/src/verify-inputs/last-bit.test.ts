import { expect, test } from "@jest/globals";
import { type Tensor, tensorOf } from "@yolo-compile/core";
import { shakeLastBits } from "./last-bit.js";

const shake = (tensor: Tensor, seed = 1) =>
  shakeLastBits({ name: "x", tensors: new Map([["x", tensor]]) }, seed).tensors.get("x")!;

/** 2^-149, the smallest number above 0. */
const LEAST = 2 ** -149;

test("every element becomes one of its neighbours", () => {
  const ones = tensorOf("f32", [100], new Array<number>(100).fill(1));
  expect(new Set(shake(ones).data)).toEqual(new Set([1 + 2 ** -23, 1 - 2 ** -24]));
  expect(shake(ones)).toEqual(shake(ones));
  expect(shake(ones, 2)).not.toEqual(shake(ones));
  expect(new Set(ones.data)).toEqual(new Set([1]));
});

test("zeros become the least of their sign, and nothing becomes NaN", () => {
  expect(new Set(shake(tensorOf("f32", [50], new Array<number>(50).fill(0))).data)).toEqual(new Set([LEAST]));
  expect(new Set(shake(tensorOf("f32", [50], new Array<number>(50).fill(-0))).data)).toEqual(new Set([-LEAST]));
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
