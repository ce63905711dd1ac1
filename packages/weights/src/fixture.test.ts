import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { elementCount, toFloat64 } from "@yolo-compile/core";
import { fixturePath } from "@yolo-compile/testkit";
import { open } from "./testing/outcome.js";

// A DetectionModel that PyTorch and YOLOv5 7.0 pickled.
const checkpoint = open(readFileSync(fixturePath("shapes/shapes.pt")));

test("the trained detector knows its class, yaml, names, strides and eps", () => {
  const { model } = checkpoint;
  expect(model).toMatchObject({
    className: "models.yolo.DetectionModel",
    yamlFile: "shapes.yaml",
    yaml: { nc: 6, depth_multiple: { pyFloat: 0.33 }, width_multiple: { pyFloat: 0.125 } },
    stride: [8, 16, 32],
    entry: "model",
    epoch: -1,
  });
  expect([...(model?.names?.values() ?? [])]).toEqual(["circle", "square", "triangle", "star", "cross", "ring"]);
  expect(model?.layers).toHaveLength(25);
  expect(model?.layers?.at(-1)).toEqual({ index: 24, from: [17, 20, 23], type: "models.yolo.Detect" });
  expect(model?.layers?.[12]).toEqual({ index: 12, from: [-1, 6], type: "models.common.Concat" });
  expect(model?.batchNormEps?.size).toBe(57);
  expect(new Set(model?.batchNormEps?.values())).toEqual(new Set([0.001]));
});

test("its weights are fp16, its counters int64", () => {
  const types = new Map<string, number>();
  for (const { dtype, shape } of checkpoint.tensors.values())
    types.set(dtype, (types.get(dtype) ?? 0) + elementCount(shape));
  expect([...types]).toEqual([
    ["f16", 454357],
    ["i64", 57],
  ]);
  expect(checkpoint.tensors.get("model.0.conv.weight")).toMatchObject({ dtype: "f16", shape: [8, 3, 6, 6] });
  expect(checkpoint.tensors.get("model.24.m.0.bias")?.shape).toEqual([33]);
});

test("its anchors are in units of the stride, every weight is finite", () => {
  const anchors = checkpoint.tensors.get("model.24.anchors")!.read();
  expect(anchors.shape).toEqual([3, 3, 2]);
  for (const tensor of checkpoint.tensors.values()) expect(toFloat64(tensor.read()).every(Number.isFinite)).toBe(true);
});
