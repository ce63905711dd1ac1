import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { bfloatToNumber, halfToNumber, numberToBfloat, numberToHalf, roundHalfEven } from "./float16.js";

test("every finite half survives a round trip", () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = halfToNumber(bits);
    if (!Number.isNaN(value)) expect(numberToHalf(value)).toBe(bits);
  }
});

test("rounding to half goes to the nearest, ties to even", () => {
  expect(numberToHalf(1 + 1 / 2048)).toBe(0x3c00);
  expect(numberToHalf(1 + 3 / 2048)).toBe(0x3c02);
  expect(numberToHalf(65519.99)).toBe(0x7bff);
  expect(numberToHalf(65520)).toBe(0x7c00);
  expect(numberToHalf(2 ** -25)).toBe(0);
  expect(numberToHalf(-0)).toBe(0x8000);
  fc.assert(
    fc.property(fc.double({ min: -70000, max: 70000, noNaN: true }), (value) => {
      const bits = numberToHalf(value);
      const error = Math.abs(halfToNumber(bits) - value);
      for (const other of [bits - 1, bits + 1].filter((near) => near >= 0 && near <= 0xffff)) {
        const distance = Math.abs(halfToNumber(other) - value);
        if (Number.isFinite(distance) && Number.isFinite(error)) expect(error).toBeLessThanOrEqual(distance);
      }
    }),
  );
});

test("bfloat16 keeps what it can hold", () => {
  for (const value of [0, 1, -2.5, 2 ** 100, 3.140625]) expect(bfloatToNumber(numberToBfloat(value))).toBe(value);
});

test("roundHalfEven is Python's round", () => {
  expect([0.5, 1.5, 2.5, 3.5, -0.5, -1.5, 2.4999].map(roundHalfEven)).toEqual([0, 2, 2, 4, 0, -2, 2]);
});
