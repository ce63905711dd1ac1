import { expect, test } from "@jest/globals";
import { type LazyTensor, tensorOf } from "@yolo-compile/core";
import { alternativeYamls } from "./alternatives.js";
import type { Yolov5Yaml } from "./yolov5-yaml.js";

const YAML: Yolov5Yaml = {
  name: "y",
  nc: 80,
  ch: 3,
  rows: [],
  depthMultiple: 0.33,
  widthMultiple: 0.3,
  anchors: 3,
};

const bias = (count: number): LazyTensor => {
  const tensor = tensorOf("f32", [count], new Array(count).fill(0));
  return { dtype: "f32", shape: [count], read: () => tensor };
};
const changesOf = (stored: Readonly<Record<string, number>>): string[] =>
  alternativeYamls(YAML, new Map(Object.entries(stored).map(([name, count]) => [name, bias(count)]))).map(
    ({ changes }) => changes.join(", "),
  );

test("the yaml itself comes first, then other gains, each once", () => {
  const changes = changesOf({});
  expect(changes.slice(0, 5)).toEqual([
    "",
    "depth_multiple: 0.67",
    "depth_multiple: 1",
    "depth_multiple: 1.33",
    "width_multiple: 0.0625",
  ]);
  expect(changes).toHaveLength(8 * 4);
  expect(new Set(changes).size).toBe(changes.length);
  expect(changes.at(-1)).toBe("width_multiple: 1.25, depth_multiple: 1.33");
});

test("a yaml says what its changes say", () => {
  for (const { yaml, changes } of alternativeYamls(YAML, new Map([["model.24.m.0.bias", bias(18)]])))
    expect(changes).toEqual([
      ...(yaml.nc === 80 ? [] : [`nc: ${yaml.nc}`]),
      ...(yaml.widthMultiple === 0.3 ? [] : [`width_multiple: ${yaml.widthMultiple}`]),
      ...(yaml.depthMultiple === 0.33 ? [] : [`depth_multiple: ${yaml.depthMultiple}`]),
    ]);
});

test("class counts are those that the head's biases give, with 32 masks or without", () => {
  const classes = (stored: Readonly<Record<string, number>>) =>
    [...new Set(changesOf(stored).map((changes) => /^nc: (\d+)$/.exec(changes)?.[1]))].filter(Boolean);
  expect(classes({ "model.24.m.0.bias": 3 * 8 })).toEqual(["3"]);
  expect(classes({ "model.24.m.10.bias": 3 * 39 })).toEqual(["34", "2"]);
  expect(classes({ "model.24.m.0.bias": 3 * 85 })).toEqual(["48"]);
  expect(classes({ "model.24.m.0.bias": 3 * 5 })).toEqual([]);
  expect(classes({ "model.24.m.0.bias": 100 })).toEqual([]);
  expect(classes({ "model.24.m.0.bias.more": 24, "model.24.n.0.bias": 24, "model.24.m.x.bias": 24 })).toEqual([]);
});
