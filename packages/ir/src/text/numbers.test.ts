import { expect, test } from "@jest/globals";
import { type DType, halfToNumber, tensorOf, viewElements } from "@yolo-compile/core";
import fc from "fast-check";
import { Cursor } from "./cursor.js";
import { readElements, readFloat, spellElement, spellFloat } from "./numbers.js";

const roundTrip = (value: number, dtype: DType): number => readFloat(new Cursor(spellFloat(value, dtype)), dtype);

test("every half reads back", () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = halfToNumber(bits);
    if (!Object.is(roundTrip(value, "f16"), value)) throw new Error(`${value} is spelled ${spellFloat(value, "f16")}`);
  }
});

test("every float32 and float64 reads back", () => {
  const property = (dtype: DType, values: fc.Arbitrary<number>) =>
    fc.assert(
      fc.property(values, (value) => expect(roundTrip(value, dtype)).toBe(value)),
      { seed: 1, numRuns: 2000 },
    );
  property("f32", fc.float());
  property("f64", fc.double());
});

test("floats are spelled as short as they can be", () => {
  const spelled = [0.1, 1 / 3, 16777217, 3.4028234663852886e38, 1.401298464324817e-45, -0, 1e-7, -1e21].map((value) =>
    spellFloat(Math.fround(value), "f32"),
  );
  expect(spelled).toEqual(["0.1", "0.33333334", "16777216", "3.4028235e+38", "1e-45", "-0.0", "1e-7", "-1e+21"]);
  expect(
    [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((value) => spellFloat(value, "f32")),
  ).toEqual(["nan", "inf", "-inf"]);
  expect(spellFloat(0.1, "f64")).toBe("0.1");
  expect(spellFloat(halfToNumber(0x2e66), "f16")).toBe("0.1");
});

test("integers are exact, whatever their size", () => {
  for (const dtype of ["i64", "u64", "i32", "u8", "bool"] as const)
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (bytes) => {
        const data = viewElements(dtype, dtype === "bool" ? bytes.map((byte) => byte & 1) : bytes);
        const tensor = { dtype, shape: [data.length], data };
        const cursor = new Cursor([...data.keys()].map((index) => spellElement(tensor, index)).join(" "));
        const read = readElements(dtype, cursor, (item) => Array.from({ length: data.length }, item));
        expect(read).toEqual(data);
      }),
      { seed: 1 },
    );
});

test.each([
  ["f32", "1e39", "found 1e39, expected a number in the range of f32, or inf"],
  ["f16", "-65520", "found -65520, expected a number in the range of f16, or inf"],
  ["f32", "1.2.3", "found 1.2.3, expected a number"],
  ["f32", "0x10", "found 0x10, expected a number"],
  ["f32", "%x", "found %x, expected a number"],
  ["f32", "", "found the end, expected a number"],
  ["i64", "9223372036854775808", "expected an i64, -9223372036854775808 to 9223372036854775807"],
  ["u8", "-1", "found -1, expected an u8, 0 to 255"],
  ["i32", "1.5", "found 1.5, expected an i32"],
  ["bool", "1", "found 1, expected true or false"],
] as const)("%s takes no %s", (dtype, text, message) => {
  expect(() => readElements(dtype, new Cursor(text), (item) => [item()])).toThrow(message);
});

test("numbers are read in every usual spelling", () => {
  const read = (text: string) => readFloat(new Cursor(text), "f32");
  expect(["1", "+1.5", ".5", "5.", "1E3", "-inf", "INF", "NaN", "-0"].map(read)).toEqual([
    1,
    1.5,
    0.5,
    5,
    1000,
    Number.NEGATIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NaN,
    -0,
  ]);
  expect(tensorOf("f32", [1], [read("0.1")]).data[0]).toBe(Math.fround(0.1));
});
