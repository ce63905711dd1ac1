import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseSize } from "./parse-size.js";
import {
  addSizes,
  ceilDivide,
  compareSizes,
  divideSizes,
  evaluateSize,
  floorDivide,
  isAtLeast,
  leastValue,
  multiplySizes,
  type Polynomial,
  productOf,
  type Size,
  sameShape,
  sameSize,
  substitute,
  subtractSizes,
  sumOf,
  symbolSize,
  symbolsOf,
} from "./size.js";

const [h, w, n] = ["h", "w", "n"].map(symbolSize) as [Polynomial, Polynomial, Polynomial];

const coefficient = fc.integer({ min: -20, max: 20 });
const term = fc
  .tuple(coefficient, fc.array(fc.constantFrom(h, w, n), { maxLength: 3 }))
  .map(([count, symbols]) => productOf([count, ...symbols]));
const size: fc.Arbitrary<Size> = fc.array(term, { maxLength: 4 }).map(sumOf);
const positive = fc.integer({ min: 1, max: 40 });
const bindings = fc
  .record({ h: positive, w: positive, n: positive })
  .map((values) => new Map<string, number>(Object.entries(values)));

/** Without the sign of zero, which sizes do not have. */
const plain = (value: number): number => value + 0;

const RUNS = { seed: 1, numRuns: 1000 };

test("every operation agrees with its integers, whatever the symbols are", () => {
  fc.assert(
    fc.property(size, size, bindings, (a, b, at) => {
      const [x, y] = [evaluateSize(a, at), evaluateSize(b, at)];
      expect(evaluateSize(addSizes(a, b), at)).toBe(x + y);
      expect(evaluateSize(subtractSizes(a, b), at)).toBe(x - y);
      expect(plain(evaluateSize(multiplySizes(a, b), at))).toBe(plain(x * y));
      expect(plain(evaluateSize(productOf([a, b, 3]), at))).toBe(plain(x * y * 3));
      expect(evaluateSize(sumOf([a, b, 3]), at)).toBe(x + y + 3);
    }),
    RUNS,
  );
});

test("a product is divided by each of its factors, and what is no product is not", () => {
  fc.assert(
    fc.property(size, size, bindings, (a, b, at) => {
      if (b !== 0) expect(sameSize(divideSizes(multiplySizes(a, b), b), a)).toBe(true);
      const quotient = divideSizes(a, b);
      if (quotient !== undefined)
        expect(plain(evaluateSize(quotient, at) * evaluateSize(b, at))).toBe(evaluateSize(a, at));
    }),
    RUNS,
  );
  expect(divideSizes(addSizes(multiplySizes(h, h), -1), addSizes(h, 1))?.toString()).toBe("h-1");
  expect(divideSizes(h, 2)).toBeUndefined();
  expect(divideSizes(h, w)).toBeUndefined();
  expect(divideSizes(7, 2)).toBeUndefined();
  expect(divideSizes(h, 0)).toBeUndefined();
});

test("a size is divided and rounded where the step divides its symbols", () => {
  fc.assert(
    fc.property(size, coefficient, fc.integer({ min: 1, max: 8 }), bindings, (a, rest, step, at) => {
      const even = addSizes(multiplySizes(a, step), rest);
      expect(evaluateSize(floorDivide(even, step)!, at)).toBe(Math.floor(evaluateSize(even, at) / step));
      expect(plain(evaluateSize(ceilDivide(even, step)!, at))).toBe(plain(Math.ceil(evaluateSize(even, at) / step)));
      const floor = floorDivide(a, step);
      if (floor !== undefined) expect(evaluateSize(floor, at)).toBe(Math.floor(evaluateSize(a, at) / step));
    }),
    RUNS,
  );
  const half = floorDivide(addSizes(multiplySizes(32, h), -1), 2)!;
  expect(addSizes(half, 1).toString()).toBe("16*h");
  expect(floorDivide(multiplySizes(3, h), 2)).toBeUndefined();
  expect(ceilDivide(h, 2)).toBeUndefined();
});

test("a comparison that is decided holds for all symbols", () => {
  fc.assert(
    fc.property(size, size, bindings, (a, b, at) => {
      const [x, y] = [evaluateSize(a, at), evaluateSize(b, at)];
      expect(x).toBeGreaterThanOrEqual(leastValue(a));
      const sign = compareSizes(a, b);
      if (sign !== undefined) expect(plain(Math.sign(x - y))).toBe(sign);
      expect(sign === 0).toBe(sameSize(a, b));
    }),
    RUNS,
  );
  expect(compareSizes(multiplySizes(32, h), 3)).toBe(1);
  expect(compareSizes(3, multiplySizes(32, h))).toBe(-1);
  expect(compareSizes(h, 2)).toBeUndefined();
  expect(compareSizes(h, w)).toBeUndefined();
  // At least 1, so no product is smaller than its factors.
  expect(isAtLeast(subtractSizes(multiplySizes(h, w), h), 0)).toBe(true);
  expect(leastValue(subtractSizes(2, h))).toBe(Number.NEGATIVE_INFINITY);
});

test("the spelling is canonical and read back", () => {
  fc.assert(
    fc.property(size, size, (a, b) => {
      const text = String(a);
      expect(String(parseSize(text)!)).toBe(text);
      expect(String(a) === String(b)).toBe(sameSize(a, b));
      expect(String(addSizes(a, b))).toBe(String(addSizes(b, a)));
    }),
    RUNS,
  );
});

test.each([
  ["32*h", "32*h"],
  ["h * 32", "32*h"],
  ["3*(16*h*w + 4*h*w + h*w)", "63*h*w"],
  ["w*h - 2*h + w - 1", "h*w-2*h+w-1"],
  ["-h+3", "-h+3"],
  ["h*h*w", "h*h*w"],
  ["h - h + 4", "4"],
  ["(h+1)*(h-1)", "h*h-1"],
  ["0*h", "0"],
])("%s is %s", (text, canonical) => {
  const parsed = parseSize(text)!;
  expect(String(parsed)).toBe(canonical);
  expect(typeof parsed === "number").toBe(/^\d+$/.test(canonical));
});

test.each(["", "h*", "*h", "(h", "h)", "h w", "1.5", "h/2", "2h", "h**2", "é", "+"])("%j is no size", (text) => {
  expect(parseSize(text)).toBeUndefined();
});

test("a text that is too long is no size", () => {
  const nested = (depth: number): string => `${"(".repeat(depth)}h${")".repeat(depth)}`;
  expect(parseSize(nested(400))).toEqual(h);
  expect(parseSize(nested(600))).toBeUndefined();
});

test("sizes and shapes are equal by what they say", () => {
  expect(sameShape([1, multiplySizes(2, h)], [1, addSizes(h, h)])).toBe(true);
  expect(sameShape([1, h], [1, w])).toBe(false);
  expect(sameShape([h], [h, 1])).toBe(false);
  expect(sameSize(subtractSizes(h, h), 0)).toBe(true);
  expect(sameSize(undefined, h)).toBe(false);
});

test("symbols are found and replaced, some or all", () => {
  const area = multiplySizes(multiplySizes(3, h), w);
  expect(symbolsOf(area)).toEqual(["h", "w"]);
  expect(symbolsOf(4)).toEqual([]);
  expect(substitute(area, new Map([["h", 2]])).toString()).toBe("6*w");
  expect(substitute(area, new Map([["h", addSizes(w, 1)]])).toString()).toBe("3*w*w+3*w");
  expect(() => evaluateSize(area, new Map([["h", 2]]))).toThrow(
    "core/size: 3*h*w has no value: w stands for no number",
  );
});

test("what has no exact coefficient, too many terms or no name is refused", () => {
  expect(() => multiplySizes(2 ** 52, multiplySizes(2, h))).toThrow("core/size: a size holds 9007199254740992");
  expect(parseSize("99999999999999999999*h")).toBeUndefined();
  const many = sumOf(Array.from({ length: 20 }, (_, index) => symbolSize(`s${index}`)));
  expect(() => productOf([many, many, many])).toThrow("core/size: a size has more than 256 terms");
  const power = productOf(new Array<Size>(32).fill(h));
  expect(() => multiplySizes(power, h)).toThrow("core/size: a size has a product of more than 32 symbols");
  expect(() => symbolSize("2h")).toThrow('core/size: "2h" is no name for a symbol');
});
