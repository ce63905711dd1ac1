import { expect, test } from "@jest/globals";
import { tensorOf } from "@yolo-compile/core";
import { guessLayout, layoutOf, singlePart } from "./guess-layout.js";

const boxes = (shape: readonly number[], columns: readonly (readonly number[])[], transposed = false) => {
  const count = columns[0]!.length;
  const values = transposed
    ? columns.flat()
    : Array.from({ length: count }, (_, box) => columns.map((column) => column[box]!)).flat();
  return tensorOf("f32", shape, values);
};

const CENTER = [
  [300, 20, 9, 8, 7, 6, 5, 4],
  [200, 30, 9, 8, 7, 6, 5, 4],
];
const SIZE = [
  [30, 20, 9, 8, 7, 6, 5, 4],
  [20, 30, 9, 8, 7, 6, 5, 4],
];
const SCORE = [0, 1, 0.5, 0.1, 0.1, 0.1, 0.1, 0.1];
const MASK = [0.5, -1, 2, 0, 0, 0, 0, 0];

const partsOf = (...answers: Parameters<typeof guessLayout>[1][number][]): string[] =>
  guessLayout("y", answers).parts.map(({ name, kind, count }) => `${name} ${kind} ${count}`);

test("four columns before scores are a box, what follows them is anything", () => {
  const layout = guessLayout("y", [boxes([1, 8, 7], [...CENTER, ...SIZE, SCORE, SCORE, MASK])]);
  expect(layout).toMatchObject({ output: "y", axis: 2 });
  expect(partsOf(boxes([1, 8, 7], [...CENTER, ...SIZE, SCORE, SCORE, MASK]))).toEqual([
    "center pixels 2",
    "size pixels 2",
    "classes probability 2",
    "values other 1",
  ]);
});

test("the shorter axis has the columns", () => {
  expect(guessLayout("y", [boxes([1, 5, 8], [...CENTER, ...SIZE, SCORE], true)])).toMatchObject({
    axis: 1,
    parts: [{ name: "center" }, { name: "size" }, { name: "classes", count: 1 }],
  });
});

test("four columns without scores behind them, or three with, are anything", () => {
  expect(partsOf(boxes([1, 8, 4], [...CENTER, ...SIZE]))).toEqual(["values other 4"]);
  expect(partsOf(boxes([1, 8, 4], [...CENTER, SIZE[0]!, SCORE]))).toEqual(["values other 3", "classes probability 1"]);
  expect(partsOf(boxes([1, 8, 5], [SCORE, ...CENTER, ...SIZE]))).toEqual(["classes probability 1", "values other 4"]);
});

test("a column is a score when it is one in every answer", () => {
  const quiet = boxes([1, 8, 5], [...CENTER, ...SIZE, SCORE]);
  const loud = boxes([1, 8, 5], [...CENTER, ...SIZE, SCORE.map((value) => 3 * value)]);
  expect(partsOf(quiet)).toHaveLength(3);
  expect(partsOf(quiet, loud)).toEqual(["values other 5"]);
  expect(partsOf(loud, quiet)).toEqual(["values other 5"]);
});

test("rounding beyond 0 and 1 and numbers that are not finite leave a score what it is", () => {
  const score = [-1e-7, 1 + 2e-7, Number.NaN, 0, 0, 0, 0, 0];
  expect(partsOf(boxes([1, 8, 5], [...CENTER, ...SIZE, score]))[2]).toBe("classes probability 1");
  for (const wrong of [-1e-5, 1 + 1e-5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
    expect(partsOf(boxes([1, 8, 5], [...CENTER, ...SIZE, [wrong, ...score.slice(1)]]))).toEqual(["values other 5"]);
});

test("of answers of several sizes the largest tells the axis", () => {
  const small = tensorOf("f32", [1, 2, 5], [...[1, 1, 1, 1, 0.5], ...[9, 9, 9, 9, 0.1]]);
  expect(guessLayout("y", [small, boxes([1, 8, 5], [...CENTER, ...SIZE, SCORE])])).toMatchObject({ axis: 2 });
});

test.each([
  [[1, 3, 5, 7], 1, 3],
  [[1, 5, 3], 2, 3],
  [[1, 3, 5], 1, 3],
  [[1, 4, 4], 2, 4],
  [[1, 10], 2, 1],
  [[7], 1, 1],
  [[], 0, 1],
  [[1, 2, 3, 4, 5], 4, 5],
  [[1, 0, 4], 1, 0],
])("%p has its columns on axis %p", (shape, axis, count) => {
  expect(singlePart("y", shape)).toEqual({ output: "y", axis, parts: [{ name: "values", kind: "other", count }] });
});

test("maps, vectors and nothing at all are one part", () => {
  for (const shape of [[1, 2, 1, 2], [1, 4], [4]])
    expect(guessLayout("y", [tensorOf("f32", shape, [0.1, 0.2, 0.3, 0.4])])).toEqual(singlePart("y", shape));
  expect(guessLayout("y", [tensorOf("f32", [1, 0, 4], [])]).parts).toEqual([
    { name: "values", kind: "other", count: 0 },
  ]);
  expect(guessLayout("y", []).parts).toHaveLength(1);
});

test("a layout that is known is taken where it fits every answer", () => {
  const known = { output: "y", axis: 1, parts: [{ name: "values", kind: "logit", count: 4 }] } as const;
  const answer = tensorOf("f32", [1, 4], [1, 2, 3, 4]);
  expect(layoutOf("y", [answer], [known])).toEqual({ layout: known, known: true });
  expect(layoutOf("z", [answer], [known]).known).toBe(false);
  expect(layoutOf("y", [answer, tensorOf("f32", [4], [1, 2, 3, 4])], [known]).known).toBe(false);
  expect(layoutOf("y", [answer], [{ ...known, axis: 0 }]).known).toBe(false);
  expect(layoutOf("y", [answer])).toEqual({ layout: singlePart("y", [1, 4]), known: false });
});

test("probabilities that are known but leave 0 to 1 are none: the layout is guessed", () => {
  const parts = [
    { name: "values", kind: "other", count: 1 },
    { name: "classes", kind: "probability", count: 2 },
  ] as const;
  const known = { output: "y", axis: 1, parts };
  const judged = (...values: readonly number[]) => layoutOf("y", [tensorOf("f32", [1, 3], values)], [known]).known;
  expect(judged(7, 0, 1)).toBe(true);
  expect(judged(7, Number.NaN, 1)).toBe(true);
  expect(judged(7, 0.5, -2)).toBe(false);
});

test("without an answer nothing is known but one number", () => {
  expect(guessLayout("y", [])).toEqual(singlePart("y", []));
});

test("four columns between scores are no box", () => {
  expect(partsOf(boxes([1, 8, 6], [SCORE, ...CENTER, ...SIZE, SCORE]))).toEqual([
    "classes probability 1",
    "values other 4",
    "classes probability 1",
  ]);
});

test("a millionth beyond 0 and 1 is rounding", () => {
  const score = tensorOf("f64", [1, 2, 1], [-1e-6, 1 + 1e-6]);
  expect(partsOf(score)).toEqual(["classes probability 1"]);
});
