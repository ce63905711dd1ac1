import { describe, expect, test } from "@jest/globals";
import type { OutputLayout, Tensor } from "@yolo-compile/core";
import fc from "fast-check";
import { expectSuppression, type SuppressionRules } from "./expect-suppression.js";
import { nonMaxSuppression } from "./non-max-suppression.js";

const LAYOUT: OutputLayout = {
  output: "output0",
  axis: 2,
  parts: [
    { name: "center", kind: "pixels", count: 2 },
    { name: "size", kind: "pixels", count: 2 },
    { name: "objectness", kind: "probability", count: 1 },
    { name: "classes", kind: "probability", count: 2 },
  ],
};

const RULES: SuppressionRules = {
  confidence: 0.25,
  iou: 0.45,
  maxDetections: 4,
  agnostic: false,
  multiLabel: false,
};

const rowsOf = (tensor: Tensor, columns: number): number[][] =>
  Array.from({ length: tensor.data.length / columns }, (_, row) =>
    Array.from(tensor.data.subarray(row * columns, (row + 1) * columns) as Float32Array),
  );

const decodedOf = (rows: readonly (readonly number[])[]): Tensor => ({
  dtype: "f32",
  shape: [1, rows.length, 7],
  data: Float32Array.from(rows.flat()),
});

/** What the graph is said to have given: rows, filled up with zeros, and their number. */
function answer(rows: readonly (readonly number[])[], count = rows.length, { maxDetections } = RULES) {
  const data = new Float32Array(maxDetections * 6);
  rows.forEach((row, index) => {
    data.set(row, index * 6);
  });
  return {
    rows: { dtype: "f32", shape: [1, maxDetections, 6], data },
    count: { dtype: "i64", shape: [1], data: BigInt64Array.of(BigInt(count)) },
  } as const;
}

function expected(decoded: Tensor, given: ReturnType<typeof answer>, rules = RULES) {
  const { rows, count } = expectSuppression({ tensor: decoded, layout: LAYOUT }, given, rules);
  return rowsOf(rows, 6).slice(0, Number(count.data[0]));
}

// A good box, one that it suppresses, one of the other class in the same place, one far away.
const DECODED = decodedOf([
  [50, 50, 20, 20, 1, 0.75, 0.25],
  [51, 50, 20, 20, 1, 0.5, 0.25],
  [50, 50, 20, 20, 1, 0.25, 0.625],
  [90, 90, 20, 20, 1, 0.375, 0.25],
]);
const BEST = [40, 40, 60, 60, 0.75, 0];
const OTHER = [40, 40, 60, 60, 0.625, 1];
const FAR = [80, 80, 100, 100, 0.375, 0];
const GONE = [41, 40, 61, 60, 0.5, 0];
const RIGHT = [BEST, OTHER, FAR];

test("a right choice is what has to come, in the numbers of the reference", () => {
  expect(expected(DECODED, answer(RIGHT))).toEqual(RIGHT);
  const nearly = RIGHT.map((row) => row.map((value, at) => (at < 5 ? value + 1e-4 : value)));
  expect(expected(DECODED, answer(nearly))).toEqual(RIGHT);
});

test.each([
  ["lacks a box", [BEST, OTHER], 2],
  ["has a box that should go", [BEST, OTHER, GONE, FAR], 4],
  ["keeps the worse of two", [OTHER, GONE, FAR], 3],
  ["has boxes in another order", [OTHER, BEST, FAR], 3],
  ["has a box twice", [BEST, BEST, OTHER, FAR], 4],
  ["says another class", [BEST, [40, 40, 60, 60, 0.625, 0], FAR], 3],
  ["says no class", [BEST, [40, 40, 60, 60, 0.625, 0.5], FAR], 3],
  ["counts too few", RIGHT, 2],
  ["counts too many", RIGHT, 4],
  ["counts none", RIGHT, 0],
  ["counts endlessly", RIGHT, 5],
  ["is no number", [[40, 40, 60, 60, Number.NaN, 0], OTHER, FAR], 3],
])("a choice that %s is held against our own", (_, rows, count) => {
  expect(expected(DECODED, answer(rows, count))).toEqual(RIGHT);
});

test("boxes of all classes overlap where they are told to", () => {
  const agnostic = { ...RULES, agnostic: true };
  expect(expected(DECODED, answer([BEST, FAR]), agnostic)).toEqual([BEST, FAR]);
  expect(expected(DECODED, answer(RIGHT), agnostic)).toEqual([BEST, FAR]);
});

test("a box comes once for each class where it is told to", () => {
  const multi = { ...RULES, confidence: 0.24 };
  const again = { ...multi, multiLabel: true };
  const single = decodedOf([[50, 50, 20, 20, 1, 0.75, 0.5]]);
  const second = [40, 40, 60, 60, 0.5, 1];
  expect(expected(single, answer([BEST, second]), again)).toEqual([BEST, second]);
  expect(expected(single, answer([BEST]), again)).toEqual([BEST, second]);
  expect(expected(single, answer([BEST, second]), multi)).toEqual([BEST]);
});

test("rounding decides what is as near to a threshold as the found numbers are to the reference's", () => {
  // Just above the threshold in the reference, just below in the graph.
  const near = decodedOf([
    [50, 50, 20, 20, 1, 0.75, 0],
    [90, 90, 20, 20, 1, 0.250005, 0],
  ]);
  expect(expected(near, answer([BEST]))).toEqual([BEST]);
  const clear = decodedOf([
    [50, 50, 20, 20, 1, 0.75, 0],
    [90, 90, 20, 20, 1, 0.2501, 0],
  ]);
  expect(expected(clear, answer([BEST]))).toHaveLength(2);
});

test("a full list ends with the worst of those that stay", () => {
  const short = { ...RULES, maxDetections: 2 };
  expect(expected(DECODED, answer([BEST, OTHER], 2, short), short)).toEqual([BEST, OTHER]);
  expect(expected(DECODED, answer([BEST, FAR], 2, short), short)).toEqual([BEST, OTHER]);
});

describe("on any boxes", () => {
  const row = fc.tuple(
    fc.integer({ min: 0, max: 60 }),
    fc.integer({ min: 0, max: 60 }),
    fc.integer({ min: 4, max: 40 }),
    fc.integer({ min: 4, max: 40 }),
    fc.double({ min: 0.1, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  );
  const cases = fc.record({
    decoded: fc.array(row, { minLength: 1, maxLength: 30 }).map(decodedOf),
    rules: fc.record({
      confidence: fc.constantFrom(0, 0.25),
      iou: fc.constantFrom(0.2, 0.45, 0.7),
      maxDetections: fc.constantFrom(3, 8, 100),
      agnostic: fc.boolean(),
      multiLabel: fc.boolean(),
    }),
  });
  const suppressed = (decoded: Tensor, rules: SuppressionRules): number[][] =>
    nonMaxSuppression(decoded, LAYOUT, rules)[0]!.map(({ box, score, classIndex }) => [...box, score, classIndex]);

  test("what our own suppression leaves is a right choice", () => {
    fc.assert(
      fc.property(cases, ({ decoded, rules }) => {
        const own = suppressed(decoded, rules);
        expect(expected(decoded, answer(own, own.length, rules), rules)).toEqual(own);
      }),
    );
  });

  test("without one of its boxes it is none", () => {
    fc.assert(
      fc.property(cases, fc.nat(), ({ decoded, rules }, at) => {
        const own = suppressed(decoded, rules);
        // A box that is as good as at the threshold may go.
        fc.pre(own.length > 0 && own.every((each) => each[4]! > rules.confidence + 0.001));
        const fewer = own.filter((_, index) => index !== at % own.length);
        expect(expected(decoded, answer(fewer, fewer.length, rules), rules)).toHaveLength(own.length);
      }),
    );
  });
});
