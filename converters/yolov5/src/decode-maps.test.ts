import { expect, test } from "@jest/globals";
import type { Tensor } from "@yolo-compile/core";
import type { EndingFacts } from "@yolo-compile/network";
import { decodeMaps } from "./decode-maps.js";

const tensor = (shape: readonly number[], values: readonly number[]): Tensor => ({
  dtype: "f32",
  shape,
  data: Float32Array.from(values),
});

const MAPS = { family: "YOLOv5", classes: 1, masks: 0, strides: [8], anchors: [[[10, 20]]] };

const facts = (maps: object = MAPS, head: EndingFacts["head"] = "raw"): EndingFacts => ({
  head,
  boxes: "xyxy",
  outputs: [],
  maps: { family: "YOLOv5", ...maps },
});

/** One anchor on a map of 1x2: x, y, w, h, objectness, one class. */
const MAP = tensor([1, 6, 1, 2], [0, Math.log(3), 0, 0, 0, 0, 0, 0, 0, 0, Math.log(3), 0]);

test("a cell's box is centred on its offset, sized by its anchor, by YOLOv5's formula", () => {
  const [boxes] = decodeMaps(facts(), [MAP])!;
  expect(boxes!.tensor.shape).toEqual([1, 2, 6]);
  expect([...boxes!.tensor.data]).toEqual(
    [4, 4, 10, 20, 0.5, 0.75, 16, 4, 10, 20, 0.5, 0.5].map((value) => expect.closeTo(value, 5)),
  );
});

test("maps after the sigmoid are not squashed again, mask coefficients never are", () => {
  const masked = { ...MAPS, masks: 1 };
  const map = tensor([1, 7, 1, 1], [0.5, 0.5, 0.5, 0.5, 0.25, 0.75, -3]);
  const prototypes = tensor([1, 1, 2, 2], [1, 2, 3, 4]);
  const [boxes, second] = decodeMaps(facts(masked, "sigmoid"), [map, prototypes])!;
  expect([...boxes!.tensor.data]).toEqual([4, 4, 10, 20, 0.25, 0.75, -3]);
  expect(second!.tensor).toBe(prototypes);
  const [raw] = decodeMaps(facts(masked), [tensor([1, 7, 1, 1], [0, 0, 0, 0, 0, 0, -3]), prototypes])!;
  expect(raw!.tensor.data.at(-1)).toBe(-3);
});

test("each picture has all its levels, one below the other", () => {
  const levels = { ...MAPS, strides: [8, 16], anchors: [[[10, 20]], [[30, 40]]] };
  const level = (first: number) => tensor([2, 6, 1, 1], [first, 0, 0, 0, 0, 0, first + 1, 0, 0, 0, 0, 0]);
  const [boxes] = decodeMaps(facts(levels, "sigmoid"), [level(1), level(3)])!;
  expect(boxes!.tensor.shape).toEqual([2, 2, 6]);
  expect([0, 6, 12, 18].map((at) => boxes!.tensor.data[at])).toEqual([12, 5.5 * 16, 28, 7.5 * 16]);
});

test("maps of other families are left to them", () => {
  expect(decodeMaps(facts({ ...MAPS, family: "Other" }), [MAP])).toBeUndefined();
});

test.each([
  ["strides", { ...MAPS, strides: ["8"] }, [MAP], "found other facts"],
  ["anchors", { ...MAPS, anchors: [[[10]]] }, [MAP], "found other facts"],
  ["levels", { ...MAPS, anchors: [] }, [MAP], "found other facts"],
  ["classes", { ...MAPS, classes: -1 }, [MAP], "found other facts"],
  ["an endless number of classes", { ...MAPS, classes: 1e9 }, [MAP], "found other facts"],
  ["channels", { ...MAPS, classes: 2 }, [MAP], "found [1,6,1,2] at level 0, expected floats [n,7,h,w]"],
  ["a missing map", MAPS, [], "found 0 outputs, expected 1 maps"],
  ["missing prototypes", { ...MAPS, classes: 0, masks: 1 }, [MAP], "found 1 outputs, expected 1 maps and prototypes"],
])("what does not belong together is refused: %s", (_, maps, outputs, problem) => {
  expect(() => decodeMaps(facts(maps), outputs)).toThrow(problem);
});
