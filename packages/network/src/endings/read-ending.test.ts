import { expect, test } from "@jest/globals";
import { ENDING_KEY, type EndingFacts } from "./ending.js";
import { readEnding } from "./read-ending.js";

const FACTS: EndingFacts = {
  head: "raw",
  boxes: "xyxy",
  outputs: [{ output: "output0", axis: 1, parts: [{ name: "values", kind: "logit", count: 33 }] }],
  maps: { family: "YOLOv5", strides: [8] },
};

const read = (text: string) => readEnding(new Map([[ENDING_KEY, text]]));

test("what is written is read", () => {
  expect(read(JSON.stringify(FACTS))).toEqual(FACTS);
  expect(read(JSON.stringify({ ...FACTS, maps: undefined }))).not.toHaveProperty("maps");
});

test("a model of others says nothing", () => {
  expect(readEnding(new Map([["names", "{}"]]))).toBeUndefined();
});

test.each([
  ["{", "no JSON"],
  ["[]", "the entry is no object"],
  [JSON.stringify({ ...FACTS, head: "cooked" }), 'head is "cooked", expected decoded, raw, sigmoid, split'],
  [JSON.stringify({ ...FACTS, boxes: "yxyx" }), 'boxes is "yxyx", expected xyxy, xywh'],
  [JSON.stringify({ ...FACTS, outputs: 3 }), "outputs is no short list"],
  [JSON.stringify({ ...FACTS, outputs: [3] }), "an output is no object"],
  [JSON.stringify({ ...FACTS, outputs: [{ output: 3, axis: 1, parts: [] }] }), "output is no text"],
  [JSON.stringify({ ...FACTS, outputs: [{ output: "a", axis: -1, parts: [] }] }), "axis is no count"],
  [JSON.stringify({ ...FACTS, outputs: [{ output: "a", axis: 1, parts: [{ name: "x" }] }] }), 'name is "x", expected'],
  [JSON.stringify({ ...FACTS, maps: [] }), "maps is no object"],
  [JSON.stringify({ ...FACTS, maps: {} }), "family is no text"],
  [" ".repeat(1 << 17), "131072 characters, at most 65536"],
])("damaged metadata are refused: %#", (text, problem) => {
  expect(() => read(text)).toThrow(problem);
  expect(() => read(text)).toThrow(/^network\/ending: /);
});
