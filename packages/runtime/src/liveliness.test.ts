import { expect, test } from "@jest/globals";
import { type OutputLayout, tensorOf } from "@yolo-compile/core";
import { liveliest } from "./liveliness.js";

/** Two pictures of three boxes: objectness, one class, a number. */
const LAYOUT: OutputLayout = {
  output: "y",
  axis: 1,
  parts: [
    { name: "values", kind: "other", count: 1 },
    { name: "objectness", kind: "probability", count: 1 },
    { name: "classes", kind: "probability", count: 1 },
  ],
};
const answer = (values: number, objectness: readonly number[], classes: number) => ({
  outputs: new Map([
    [
      "y",
      tensorOf(
        "f64",
        [2, 3, 3],
        [0, 3].flatMap((from) => [
          ...new Array<number>(3).fill(values),
          ...objectness.slice(from, from + 3),
          ...new Array<number>(3).fill(classes),
        ]),
      ),
    ],
  ]),
});
const placeOf = (...answers: readonly ReturnType<typeof answer>[]) => answers.indexOf(liveliest(answers, [LAYOUT]));

const QUIET = new Array<number>(6).fill(1e-3);

test("objects decide, wherever they are in the batch", () => {
  for (let box = 0; box < 6; box++) {
    const speaking = answer(
      0,
      QUIET.map((value, at) => (at === box ? 0.5 : value)),
      0,
    );
    expect(placeOf(answer(1000, QUIET, 0.5), speaking, answer(1000, QUIET, 0.5))).toBe(1);
  }
});

test("a probability shows least near 0 and near 1", () => {
  const at = (probability: number) => answer(0, new Array<number>(6).fill(probability), 0);
  expect(placeOf(at(0.01), at(0.3), at(0.99))).toBe(1);
  expect(placeOf(at(0.9), at(0.6), at(0.2))).toBe(1);
  expect(placeOf(at(0.98), at(0.97))).toBe(1);
});

test("the number of boxes does not count, nor do empty outputs", () => {
  const of = (count: number, value: number) => ({
    outputs: new Map([["z", tensorOf("f32", [count], new Array<number>(count).fill(value))]]),
  });
  const answers = [of(2, 5), of(100, 1), of(0, 0)];
  expect(answers.indexOf(liveliest(answers))).toBe(0);
  expect(answers.indexOf(liveliest([...answers].reverse()))).toBe(0);
  const twoByTwo = (value: number, shape: readonly number[]) => ({
    outputs: new Map([["z", tensorOf("f32", shape, new Array<number>(8).fill(value))]]),
  });
  const maps = [twoByTwo(1, [1, 2, 2, 2]), twoByTwo(1.5, [8, 1, 1, 1]), twoByTwo(1.25, [1, 1, 8, 1])];
  expect(maps.indexOf(liveliest(maps))).toBe(1);
});
