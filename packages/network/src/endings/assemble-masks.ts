import { multiplySizes, type Size } from "@yolo-compile/core";
import { fixedSize, scalar, type Value } from "@yolo-compile/ir";
import { countUp, mapSizes, reshape, split, strideOf } from "../nn.js";
import type { Scope } from "../trace.js";
import type { MaskSize } from "./ending.js";

/** Columns of a row before its coefficients: corners, score, label. */
const COLUMNS = [1, 1, 1, 1, 2] as const;

/**
 * A mask of probabilities for each row, zero outside of its box: sigmoid(coefficients · prototypes), cut at whole cells, and
 * enlarged where the image's size is asked for. rows: [n,most,6 + m], prototypes: [n,m,h,w] -> [n,most,h,w] or [n,most,H,W].
 * Source: yolov5 v7.0 utils/segment/general.py process_mask, before its threshold.
 */
export function assembleMasks(scope: Scope, rows: Value, prototypes: Value, size: MaskSize): Value {
  const [n, m, h, w] = mapSizes(prototypes);
  const most = fixedSize(rows, 1);
  const [x1, y1, x2, y2, , coefficients] = split(scope, rows, [...COLUMNS, m], 2) as Columns;
  const flat = reshape(scope, prototypes, [n, m, multiplySizes(h, w)]);
  const product = scope.op("MatMul", [coefficients, flat]);
  const all = reshape(scope, scope.op("Sigmoid", [product]), [n, most, h, w]);
  const stride = strideOf(scope, prototypes);
  const across = within(scope, [x1, x2], w, stride);
  const down = within(scope, [y1, y2], h, stride);
  const wide = scope.op("Mul", [all, scope.op("Unsqueeze", [across], { axes: [2] })]);
  const cut = scope.op("Mul", [wide, scope.op("Unsqueeze", [down], { axes: [3] })]);
  if (size === "prototypes") return cut;
  const scales = [1, 1, stride, stride];
  return scope.op("Resize", [cut], { scales, mode: "linear", coordinate_transformation_mode: "half_pixel" });
}

type Columns = readonly [x1: Value, y1: Value, x2: Value, y2: Value, scored: Value, coefficients: Value];

/** 1 for each cell from a side of the box on and before the other, else 0. sides: [n,most,1] in pixels -> [n,most,cells] */
function within(scope: Scope, [first, last]: readonly [Value, Value], cells: Size, stride: number): Value {
  const grid = countUp(scope, cells, "cells");
  const inCells = (side: Value): Value => scope.op("Mul", [side, scalar(1 / stride, "scale")]);
  const before = above(scope, inCells(first), grid);
  const start = scope.op("Sub", [scalar(1, "one"), before]);
  return scope.op("Mul", [start, above(scope, inCells(last), grid)]);
}

/** 1 where a > b, else 0; a difference of floats is zero just where they are equal. */
function above(scope: Scope, a: Value, b: Value): Value {
  const excess = scope.op("Relu", [scope.op("Sub", [a, b])]);
  return scope.op("Cast", [scope.op("Cast", [excess], { to: "bool" })], { to: "f32" });
}
