import { expect, test } from "@jest/globals";
import { type LazyTensor, tensorOf, toFloat64 } from "@yolo-compile/core";
import { joinChannels } from "./join-channels.js";

function lazy(shape: readonly number[], numbers: readonly number[]): LazyTensor {
  const tensor = tensorOf("f32", shape, numbers);
  return { dtype: "f32", shape, read: () => tensor };
}

test("channels that a rewriting has parted are joined again, in their order", () => {
  const joined = joinChannels(
    new Map([
      ["a.weight:2-3", lazy([2, 1, 1, 1], [3, 6])],
      ["b.weight", lazy([1], [9])],
      ["a.weight:0-2", lazy([2, 2, 1, 1], [1, 2, 4, 5])],
    ]),
  );
  expect([...joined.keys()]).toEqual(["b.weight", "a.weight"]);
  const whole = joined.get("a.weight")!;
  expect(whole.shape).toEqual([2, 3, 1, 1]);
  expect([...toFloat64(whole.read())]).toEqual([1, 2, 3, 4, 5, 6]);
});

test.each([
  ["a gap", { "a:0-1": [1, 1], "a:2-3": [1, 1] }],
  ["no beginning", { "a:1-2": [1, 1] }],
  ["another number of filters", { "a:0-1": [1, 1], "a:1-2": [2, 1] }],
  ["a name that lies", { "a:0-1": [1, 1], "a:1-3": [1, 1] }],
  ["a whole one beside them", { a: [1, 1], "a:0-1": [1, 1] }],
])("parts with %s stay as they are", (_, shapes) => {
  const tensors = new Map(
    Object.entries(shapes).map(([name, shape]) => [name, lazy(shape, Array(shape[0]! * shape[1]!).fill(0))]),
  );
  expect([...joinChannels(tensors).keys()]).toEqual(Object.keys(shapes));
});
