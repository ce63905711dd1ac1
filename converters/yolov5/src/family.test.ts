import { expect, test } from "@jest/globals";
import { type LazyTensor, type Tensor, tensorOf } from "@yolo-compile/core";
import type { PyValue } from "@yolo-compile/network";
import { YOLOV5 } from "./family.js";

const { recognizes, readConfig, outputsOf, storedFacts } = YOLOV5.networks!;

const lazy = (tensor: Tensor): LazyTensor => ({ dtype: tensor.dtype, shape: tensor.shape, read: () => tensor });
const keys = (...names: string[]): PyValue => new Map(names.map((name) => [name, []]));
const ANCHORS = tensorOf("f32", [1, 2, 2], [1, 2, 3, 4.5]);

test("a yaml is its own by backbone and head, unless it has the scales of later families", () => {
  expect(recognizes({ document: keys("nc", "backbone", "head") })).toBe(true);
  expect(recognizes({ document: keys("nc", "backbone", "head", "scales") })).toBe(false);
  expect(recognizes({ document: keys("train", "val", "names") })).toBe(false);
  expect(recognizes({ document: "yolov5s" })).toBe(false);
});

test("a checkpoint is its own by its class or by its anchors", () => {
  const stored = new Map([["24.anchors", lazy(ANCHORS)]]);
  expect(recognizes({ className: "models.yolo.DetectionModel" })).toBe(true);
  expect(recognizes({ className: "yolov5.models.yolo.Model" })).toBe(true);
  expect(recognizes({ className: "ultralytics.nn.tasks.DetectionModel" })).toBe(false);
  expect(recognizes({ stored })).toBe(true);
  expect(recognizes({ stored: new Map([["0.weight", lazy(ANCHORS)]]) })).toBe(false);
});

test("a key that parse_model needs is missed by name", () => {
  expect(() => readConfig(keys("nc", "backbone", "head"), "y")).toThrow(
    "yaml/keys: y has no depth_multiple, width_multiple, anchors; it has nc, backbone, head - a YOLOv5 model yaml has nc,",
  );
});

test("its exported models are told by their shapes, whoever made them", () => {
  const boxes = { name: "output0", shape: ["batch", 25200, 117] };
  const prototypes = { name: "output1", shape: ["batch", 32, 160, 160] };
  const parts = (...outputs: { name: string; shape: (number | string)[] }[]) =>
    outputsOf!({ outputs, metadata: new Map() })?.map(({ output, axis, parts }) => [
      output,
      axis,
      parts.map(({ name, count }) => `${name} ${count}`).join(", "),
    ]);
  expect(parts(boxes, prototypes)).toEqual([
    ["output0", 2, "center 2, size 2, objectness 1, classes 80, masks 32"],
    ["output1", 1, "prototypes 32"],
  ]);
  expect(parts(boxes)).toEqual([["output0", 2, "center 2, size 2, objectness 1, classes 112"]]);
  expect(parts({ name: "logits", shape: [1, 1000] })).toBeUndefined();
  expect(parts({ name: "few", shape: [1, 100, 5] })).toBeUndefined();
});

test("anchors are repeated for readers of metadata alone", () => {
  expect(storedFacts!(new Map([["model.24.anchors", lazy(ANCHORS)]]))).toEqual(
    new Map([["anchors", "[[[1,2],[3,4.5]]]"]]),
  );
  expect(storedFacts!(new Map([["anchors", lazy(tensorOf("f32", [1], [1]))]]))).toEqual(new Map());
});
