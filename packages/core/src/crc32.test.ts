import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { computeCrc32, crc32 } from "./crc32.js";

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe.each([
  ["the fastest there is", crc32],
  ["by tables, as in a browser", computeCrc32],
])("%s", (_, compute) => {
  test("gives the check value of the CRC-32 catalogue, and 0 for nothing", () => {
    expect(compute(ascii("123456789"))).toBe(0xcbf43926);
    expect(compute(new Uint8Array())).toBe(0);
  });

  test("is the polynomial division bit by bit, and continues where it was cut", () => {
    const bitwise = (bytes: Uint8Array) => {
      let value = 0xffffffff;
      for (const byte of bytes) {
        value ^= byte;
        for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
      }
      return ~value >>> 0;
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, cut) => {
        expect(compute(bytes)).toBe(bitwise(bytes));
        expect(compute(bytes.subarray(cut), compute(bytes.subarray(0, cut)))).toBe(bitwise(bytes));
      }),
    );
  });
});
