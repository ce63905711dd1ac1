import type { Tensor } from "@yolo-compile/core";
import { fixedShape, fixedSize, integers, lazyConstant, scalar, type Value } from "@yolo-compile/ir";
import { concat, permute, reshape, type Scope, split } from "@yolo-compile/network";

/** Place of the objectness among the numbers of an anchor. */
const OBJECTNESS = 4;

/** A level of a detector, whose map is a 1x1 convolution. */
export interface BestLevel {
  /** [na*no,c,1,1] and [na*no] */
  readonly weight: Value;
  readonly bias: Value;
  readonly stride: number;
  /** Pixels: [1,na,1,1,2]. */
  readonly anchors: Value;
  /** Numbers of an anchor, and the mask coefficients among them. */
  readonly no: number;
  readonly masks: number;
}

/**
 * The boxes of a level with the highest objectness, the highest first: objectness is computed everywhere, the other numbers
 * of the chosen boxes alone. x: [n,c,h,w] -> [n,k,no]
 */
export function decodeBest(scope: Scope, x: Value, level: BestLevel, most: number): Value {
  const { anchors, stride, no, masks } = level;
  const [n, c, h, w] = fixedShape(x) as [number, number, number, number];
  const na = fixedSize(anchors, 1);
  const k = Math.min(most, na * h * w);
  const chosen = mostLikely(scope, x, level, k);
  const cells = integers([h * w], "cells");
  const anchor = scope.op("Div", [chosen, cells]);
  const cell = scope.op("Sub", [chosen, scope.op("Mul", [anchor, cells])]);
  const features = permute(scope, reshape(scope, x, [n, c, h * w]), [0, 2, 1]);
  const logits = predictAt(scope, rowsAt(scope, features, cell), anchor, level);
  const sizes = [2, 2, no - masks - 4, ...(masks > 0 ? [masks] : [])];
  const [xy, wh, scores, coefficients] = split(scope, logits, sizes, 2) as [Value, Value, Value, Value?];
  const sigmoid = (value: Value): Value => scope.op("Sigmoid", [value]);
  const twice = (value: Value): Value => scope.op("Mul", [sigmoid(value), scalar(2, "two")]);
  const offsets = scope.op("Gather", [cellOffsets(h, w), cell], { axis: 0 });
  const center = scope.op("Mul", [scope.op("Add", [twice(xy), offsets]), scalar(stride, "stride")]);
  const own = scope.op("Gather", [reshape(scope, anchors, [na, 2]), anchor], { axis: 0 });
  const size = scope.op("Mul", [scope.op("Pow", [twice(wh), scalar(2, "two")]), own]);
  return concat(scope, [center, size, sigmoid(scores), ...(coefficients ? [coefficients] : [])], 2);
}

/** The places of the `k` highest objectnesses in [na,h,w], the highest first: i64[n,k] */
function mostLikely(scope: Scope, x: Value, { weight, bias, no }: BestLevel, k: number): Value {
  const na = fixedSize(bias, 0) / no;
  const filters = integers(
    Array.from({ length: na }, (_, anchor) => anchor * no + OBJECTNESS),
    "objectness",
  );
  const [ownWeight, ownBias] = [weight, bias].map((all) => scope.op("Gather", [all, filters], { axis: 0 }));
  const convolution = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1 };
  const map = scope.op("Conv", [x, ownWeight, ownBias], convolution);
  const [n, , h, w] = fixedShape(map) as [number, number, number, number];
  return scope.ops("TopK", [reshape(scope, map, [n, na * h * w])], { axis: 1, k })[1]!;
}

/** All numbers of chosen anchors from the features of their cells. x: [n,k,c], anchor: i64[n,k] -> [n,k,no] */
function predictAt(scope: Scope, x: Value, anchor: Value, { weight, bias, no }: BestLevel): Value {
  const [n, k, c] = fixedShape(x) as [number, number, number];
  const filters = fixedSize(weight, 0);
  const matrix = permute(scope, reshape(scope, weight, [filters, c]), [1, 0]);
  const all = scope.op("Add", [scope.op("MatMul", [x, matrix]), bias]);
  const na = filters / no;
  const firsts = Array.from({ length: n * k }, (_, row) => row * na);
  const place = scope.op("Add", [reshape(scope, integers(firsts, "firsts"), [n, k]), anchor]);
  return scope.op("Gather", [reshape(scope, all, [n * k * na, no]), place], { axis: 0 });
}

/** The rows of each picture at their places. x: [n,rows,c], places: i64[n,k] -> [n,k,c] */
function rowsAt(scope: Scope, x: Value, places: Value): Value {
  const [n, rows, c] = fixedShape(x) as [number, number, number];
  const starts = Array.from({ length: n }, (_, picture) => picture * rows);
  const flat = n === 1 ? places : scope.op("Add", [places, reshape(scope, integers(starts, "starts"), [n, 1])]);
  return scope.op("Gather", [reshape(scope, x, [n * rows, c]), flat], { axis: 0 });
}

/** Column and row of each cell, minus a half: [h*w,2] */
function cellOffsets(h: number, w: number): Value {
  const type = { dtype: "f32", shape: [h * w, 2] } as const;
  const read = (): Tensor => ({
    ...type,
    data: Float32Array.from({ length: h * w * 2 }, (_, at) => {
      const cell = Math.floor(at / 2);
      return (at % 2 === 0 ? cell % w : Math.floor(cell / w)) - 0.5;
    }),
  });
  return lazyConstant({ ...type, read }, "offsets");
}

/** Boxes of a level: one for each anchor of each cell. */
export const boxesOfLevel = (x: Value, anchors: number): number => fixedSize(x, 2) * fixedSize(x, 3) * anchors;
