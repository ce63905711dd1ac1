import { expect, test } from "@jest/globals";
import { type OutputLayout, tensorOf } from "@yolo-compile/core";
import { asDetections, classesOf, classifierInput, topClasses } from "./classify.js";
import type { Image, Size } from "./image.js";
import { resizeSmooth } from "./resize-smooth.js";

const layoutOf = (kind: "logit" | "probability", count = 3): OutputLayout => ({
  output: "y",
  axis: 1,
  parts: [{ name: "classes", kind, count }],
});

/** 7x5, with steps along both sides and a wrap at the last pixel. */
const stairs: Image = {
  width: 7,
  height: 5,
  data: Uint8Array.from({ length: 105 }, (_, at) => 2 * at + 9 * (Math.floor(at / 3) % 7)),
};

const reds = ({ data }: Image): number[] => [...data].filter((_, at) => at % 3 === 0);

// Image.fromarray(…).resize(size, Image.BILINEAR) of Pillow 13.
test("smooth scaling is PIL's, smaller and larger", () => {
  expect(reds(resizeSmooth(stairs, { width: 3, height: 2 }))).toEqual([55, 87, 119, 139, 171, 174]);
  const larger = reds(resizeSmooth(stairs, { width: 9, height: 8 }));
  expect(larger.slice(0, 9)).toEqual([0, 10, 22, 33, 45, 57, 68, 80, 90]);
  expect(larger.slice(54)).toEqual([
    150, 160, 172, 183, 195, 207, 218, 182, 96, 168, 178, 190, 201, 213, 225, 236, 163, 2,
  ]);
  expect(resizeSmooth(stairs, stairs)).toEqual(stairs);
});

/** A grey picture with one white column at `white`. */
const striped = ({ width, height }: Size, white: number): Image => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * 3 }, (_, at) => (Math.floor(at / 3) % width === white ? 255 : 51)),
});

test("YOLOv5's classifiers see the middle square, normalised by ImageNet", () => {
  const { shape, data } = classifierInput(
    [striped({ width: 7, height: 4 }, 1)],
    { width: 4, height: 4 },
    layoutOf("logit"),
  );
  expect(shape).toEqual([1, 3, 4, 4]);
  const values = Array.from(data as Float32Array, (value) => value.toFixed(4));
  expect(values.slice(0, 4)).toEqual(
    [(1 - 0.485) / 0.229, ...[0, 0, 0].map(() => (0.2 - 0.485) / 0.229)].map((value) => value.toFixed(4)),
  );
  expect(values[16]).toBe(((1 - 0.456) / 0.224).toFixed(4));
  expect(values[47]).toBe(((0.2 - 0.406) / 0.225).toFixed(4));
});

test("Ultralytics' see the middle of the picture whose short side fits, from 0 to 1", () => {
  const picture = striped({ width: 14, height: 8 }, 0);
  const { shape, data } = classifierInput([picture, picture], { width: 4, height: 4 }, layoutOf("probability"));
  expect(shape).toEqual([2, 3, 4, 4]);
  expect(new Set(data as Float32Array)).toEqual(new Set([Math.fround(0.2)]));
});

test("of three columns too many YOLOv5 cuts one in front, torchvision two", () => {
  const whitest = (kind: "logit" | "probability"): number => {
    const { data } = classifierInput([striped({ width: 7, height: 4 }, 2)], { width: 4, height: 4 }, layoutOf(kind));
    const row = [...(data as Float32Array)].slice(0, 4);
    return row.indexOf(Math.max(...row));
  };
  expect(whitest("logit")).toBe(1);
  expect(whitest("probability")).toBe(0);
});

test("classes come by probability, equal ones by index", () => {
  const output = tensorOf("f32", [2, 3], [0, 2, 2, 1, 0, 0]);
  const [first, second] = topClasses(output, layoutOf("logit"), 2);
  expect(first!.map(({ classIndex }) => classIndex)).toEqual([1, 2]);
  expect(first![0]!.score).toBeCloseTo(1 / (2 + Math.exp(-2)), 12);
  expect(second!.map(({ classIndex }) => classIndex)).toEqual([0, 1]);
  expect(topClasses(tensorOf("f32", [1, 3], [0.25, 0.5, 0.25]), layoutOf("probability"), 5)).toEqual([
    [
      { classIndex: 1, score: 0.5 },
      { classIndex: 0, score: 0.25 },
      { classIndex: 2, score: 0.25 },
    ],
  ]);
  expect(() => topClasses(tensorOf("f32", [1, 1, 3], [0, 0, 0]), layoutOf("logit"), 1)).toThrow("detect/output");
});

test("an output of classes alone is a classifier's", () => {
  expect(classesOf([layoutOf("logit")])?.output).toBe("y");
  const boxes: OutputLayout = { ...layoutOf("probability"), axis: 2 };
  expect(classesOf([boxes, { ...layoutOf("logit"), parts: [] }])).toBeUndefined();
});

test("for a comparison a class fills its picture", () => {
  expect(asDetections([{ classIndex: 4, score: 0.5 }], { width: 7, height: 5 })).toEqual([
    { box: [0, 0, 7, 5], score: 0.5, classIndex: 4 },
  ]);
});
