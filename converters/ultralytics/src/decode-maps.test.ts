import { expect, test } from "@jest/globals";
import type { Tensor } from "@yolo-compile/core";
import type { EndingFacts } from "@yolo-compile/network";
import { decodeMaps } from "./decode-maps.js";

const tensor = (shape: readonly number[], values: readonly number[]): Tensor => ({
  dtype: "f32",
  shape,
  data: Float32Array.from(values),
});

const MAPS = { family: "Ultralytics", classes: 1, bins: 1, strides: [8] };

const facts = (maps: object = MAPS, head: EndingFacts["head"] = "raw"): EndingFacts => ({
  head,
  boxes: "xyxy",
  outputs: [],
  maps: { family: "Ultralytics", ...maps },
});

/** Distances to left, top, right, bottom of two cells side by side, and a class. */
const MAP = tensor([1, 5, 1, 2], [0.5, 1, 0.5, 0, 0.5, 3, 0.5, 2, 0, Math.log(3)]);

test("a box reaches from its cell's middle, and comes as a column", () => {
  const [boxes] = decodeMaps(facts(), [MAP])!;
  expect(boxes!.tensor.shape).toEqual([1, 5, 2]);
  expect([...boxes!.tensor.data]).toEqual(
    [4, 20, 4, 12, 8, 32, 8, 16, 0.5, 0.75].map((value) => expect.closeTo(value, 4)),
  );
});

test("a distance of several bins is their mean; classes after the sigmoid are not squashed again", () => {
  const map = tensor([1, 9, 1, 1], [0, 0, -50, 50, 0, 0, 50, -50, 0.75]);
  const [boxes] = decodeMaps(facts({ ...MAPS, bins: 2 }, "sigmoid"), [map])!;
  // Left 0.5, top 1, right 0.5, bottom 0.
  expect([...boxes!.tensor.data]).toEqual([4, 0, 8, 8, 0.75].map((value) => expect.closeTo(value, 4)));
});

test("maps of other families are left to them", () => {
  expect(decodeMaps(facts({ ...MAPS, family: "Other" }), [MAP])).toBeUndefined();
});

test.each([
  ["strides", { ...MAPS, strides: "8" }, [MAP], "found other facts"],
  ["bins", { ...MAPS, bins: 0 }, [MAP], "found other facts"],
  ["channels", { ...MAPS, classes: 2 }, [MAP], "found [1,5,1,2], expected floats [n,6,h,w]"],
  ["a missing map", { ...MAPS, strides: [8, 16] }, [MAP], "found 1 outputs, expected 2 maps"],
])("what does not belong together is refused: %s", (_, maps, outputs, problem) => {
  expect(() => decodeMaps(facts(maps), outputs)).toThrow(problem);
});
