import { expect, test } from "@jest/globals";
import { type LazyTensor, tensorOf } from "@yolo-compile/core";
import { joinLibraries, parseYaml, planNetwork, summarizeNetwork, TORCH_MODULES } from "@yolo-compile/network";
import { readConfig } from "./config.js";
import { YOLOV5_MODULES } from "./modules/index.js";
import { OFFICIAL } from "./official.js";

const MODULES = joinLibraries([YOLOV5_MODULES, TORCH_MODULES]);

const networkOf = (name: string) => planNetwork(readConfig(parseYaml(OFFICIAL.yaml(name)!, name), name), MODULES);

test.each([
  ["yolov5n", 1.9],
  ["yolov5s", 7.2],
  ["yolov5m", 21.2],
  ["yolov5l", 46.6],
  ["yolov5x", 86.7],
  ["yolov5n6", 3.2],
  ["yolov5s6", 12.6],
  ["yolov5m6", 35.7],
  ["yolov5n-seg", 2.0],
  ["yolov5s-seg", 7.6],
  ["yolov5n-cls", 2.5],
  ["yolov5s-cls", 5.5],
])("%s has %p million parameters, as YOLOv5 publishes", (name, millions) => {
  const { parameters } = summarizeNetwork(networkOf(name));
  expect(Number((parameters / 1e6).toFixed(1))).toBe(millions);
});

test("levels are those of strides 8 to 32, or to 64", () => {
  expect(networkOf("yolov5s").strides).toEqual([8, 16, 32]);
  expect(networkOf("yolov5s6").strides).toEqual([8, 16, 32, 64]);
  expect(networkOf("yolov5s-seg").strides).toEqual([8, 16, 32]);
});

test("every name has a yaml, other names have none", () => {
  expect(OFFICIAL.names).toHaveLength(20);
  for (const name of OFFICIAL.names) expect(OFFICIAL.yaml(name)).toContain("backbone:");
  for (const name of ["yolov5", "yolov5t", "yolov5s7", "yolov8n", "yolov5s.yaml", ""])
    expect(OFFICIAL.yaml(name)).toBeUndefined();
});

const shaped = (shape: readonly number[]): LazyTensor => ({
  dtype: "f32",
  shape,
  read: () => tensorOf("f32", [0], []),
});
const guesses = (shapes: Readonly<Record<string, readonly number[]>>) =>
  OFFICIAL.guess(new Map(Object.entries(shapes).map(([name, shape]) => [name, shaped(shape)])));

test("weights are guessed by the stem, the last row and its head, under any prefix", () => {
  for (const prefix of ["model.", "", "module.model."]) {
    const stem = { [`${prefix}0.conv.weight`]: [32, 3, 6, 6] };
    const head = (row: number, outputs: number) => ({
      [`${prefix}${row}.anchors`]: [3, 3, 2],
      [`${prefix}${row}.m.0.bias`]: [3 * outputs],
    });
    expect(guesses({ ...stem, ...head(24, 85) })).toEqual([{ name: "yolov5s", nc: 80 }]);
    expect(guesses({ ...stem, ...head(33, 6) })).toEqual([{ name: "yolov5s6", nc: 1 }]);
    expect(guesses({ ...stem, ...head(24, 39), [`${prefix}24.proto.cv3.conv.weight`]: [32, 128, 1, 1] })).toEqual([
      { name: "yolov5s-seg", nc: 2 },
    ]);
    expect(guesses({ ...stem, [`${prefix}9.linear.weight`]: [10, 1280] })).toEqual([{ name: "yolov5s-cls", nc: 10 }]);
    expect(guesses({ ...stem, ...head(24, 5) })).toEqual([]);
    expect(guesses(stem)).toEqual([]);
    expect(guesses({ [`${prefix}0.conv.weight`]: [24, 3, 6, 6], ...head(24, 85) })).toEqual([]);
  }
  expect(guesses({})).toEqual([]);
});
