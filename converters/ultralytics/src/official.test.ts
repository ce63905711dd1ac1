import { expect, test } from "@jest/globals";
import { type LazyTensor, tensorOf } from "@yolo-compile/core";
import { joinLibraries, parseYaml, planNetwork, summarizeNetwork, TORCH_MODULES } from "@yolo-compile/network";
import { readConfig } from "./config.js";
import { ULTRALYTICS_MODULES } from "./modules/index.js";
import { OFFICIAL } from "./official.js";

const MODULES = joinLibraries([ULTRALYTICS_MODULES, TORCH_MODULES]);

const parametersOf = (name: string): number =>
  summarizeNetwork(planNetwork(readConfig(parseYaml(OFFICIAL.yaml(name)!, name), name), MODULES)).parameters;

test.each([
  ["yolov8n", 3157200],
  ["yolov8s", 11166560],
  ["yolov8m", 25902640],
  ["yolov8n-seg", 3409968],
  ["yolov8n-pose", 3295470],
  ["yolov8n-cls", 2719288],
  ["yolo11n", 2624080],
  ["yolo11s", 9458752],
  ["yolo11n-seg", 2876848],
  ["yolo11n-cls", 2812104],
])("%s has %i parameters, as ultralytics prints", (name, parameters) => {
  expect(parametersOf(name)).toBe(parameters);
});

test("every name has a yaml, other names have none", () => {
  expect(OFFICIAL.names).toHaveLength(50);
  for (const name of OFFICIAL.names) expect(OFFICIAL.yaml(name)).toContain("scales:");
  for (const name of ["yolov8", "yolov8t", "yolov8n-p2", "yolo11n.yaml", "yolov5n", ""])
    expect(OFFICIAL.yaml(name)).toBeUndefined();
});

const shaped = (shape: readonly number[]): LazyTensor => ({
  dtype: "f32",
  shape,
  read: () => tensorOf("f32", [0], []),
});
const guesses = (shapes: Readonly<Record<string, readonly number[]>>): string[] =>
  OFFICIAL.guess(new Map(Object.entries(shapes).map(([name, shape]) => [name, shaped(shape)]))).map(
    ({ name, nc }) => `${name} ${nc}`,
  );

test("weights are guessed by the stem and the head, in every version that has them", () => {
  const stem = { "model.0.conv.weight": [64, 3, 3, 3] };
  const classes = { "model.22.cv2.0.2.weight": [64, 64, 1, 1], "model.22.cv3.0.2.bias": [7] };
  expect(guesses({ ...stem, ...classes })).toEqual(["yolov8l 7", "yolo11m 7", "yolo11l 7"]);
  expect(guesses({ ...stem, ...classes, "model.22.proto.cv1.conv.weight": [64, 64, 3, 3] })).toEqual([
    "yolov8l-seg 7",
    "yolo11m-seg 7",
    "yolo11l-seg 7",
  ]);
  expect(guesses({ ...stem, ...classes, "model.22.cv4.0.2.weight": [1, 64, 1, 1] })[0]).toBe("yolov8l-obb 7");
  expect(guesses({ ...stem, ...classes, "model.22.cv4.0.2.weight": [51, 64, 1, 1] })[0]).toBe("yolov8l-pose 7");
  const linear = { "model.9.linear.weight": [3, 1280], "model.9.linear.bias": [3] };
  expect(guesses({ "model.0.conv.weight": [16, 3, 3, 3], ...linear })).toEqual(["yolov8n-cls 3", "yolo11n-cls 3"]);
  expect(guesses(stem)).toEqual([]);
  expect(guesses({ "model.0.conv.weight": [24, 3, 3, 3], ...classes })).toEqual([]);
});
