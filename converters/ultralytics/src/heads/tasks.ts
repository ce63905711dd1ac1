import type { Size } from "@yolo-compile/core";
import { scalar, type Value } from "@yolo-compile/ir";
import { concat, convBnAct as conv, conv2d, reshape, type Scope, split } from "@yolo-compile/network";
import type { Anchors } from "./anchors.js";
import { branchMaps, joinLevels, wideBranch } from "./branches.js";
import type { Task } from "./detect.js";

const TRAINING = "they serve training alone";

const times = (scope: Scope, a: Value, b: Value): Value => scope.op("Mul", [a, b]);

/** Builds modules that run in training only: counted as modules and parameters, but not as operations. */
function forTraining(scope: Scope, build: () => void): void {
  scope.unused(TRAINING, () => {
    const before = scope.trace.macs;
    build();
    scope.trace.macs = before;
  });
}

const extraBranch =
  (first: number, channels: number): Task["branch"] =>
  (scope, inputs, prefix) => {
    const branch = wideBranch(Math.max(Math.floor(first / 4), channels), channels);
    return joinLevels(scope, branchMaps(scope, `${prefix}cv4`, inputs, branch));
  };

/** Mask coefficients, which stay as they are. */
export const maskTask = (first: number, masks: number): Task => ({
  branch: extraBranch(first, masks),
  decode: (_, logits) => logits,
});

/** One angle a box: `bounded` from -π/4 to 3π/4 as YOLOv8 has it, or the number itself. */
export const rotationTask = (first: number, bounded: boolean): Task => ({
  branch: extraBranch(first, 1),
  decode: (scope, logits) => {
    if (!bounded) return logits;
    const shifted = scope.op("Sub", [scope.op("Sigmoid", [logits]), scalar(0.25, "quarter")]);
    return times(scope, shifted, scalar(Math.PI, "pi"));
  },
  rotates: true,
});

/** The number of points, and of numbers for each. */
export type KeypointShape = readonly [count: number, size: number];

/** Points by YOLOv8's rule: xy = (2 * logit + anchor - 1/2) * stride. */
export const keypointTask = (first: number, shape: KeypointShape): Task => ({
  branch: extraBranch(first, shape[0] * shape[1]),
  decode: (scope, logits, { centers, strides }) =>
    keypointsOf(scope, logits, shape, strides, (xy, asPoint) => {
      const corner = scope.op("Sub", [asPoint(centers), scalar(0.5, "half")]);
      return scope.op("Add", [times(scope, xy, scalar(2, "two")), corner]);
    }),
});

/** Points by YOLO26's rule, xy = (logit + anchor) * stride, from features that training uses besides. */
export const keypointTask26 = (first: number, shape: KeypointShape): Task => {
  const [count, size] = shape;
  const hidden = Math.max(Math.floor(first / 4), count * (size + 2));
  return {
    branch: (scope, inputs, prefix) => {
      const features = branchMaps(scope, `${prefix}cv4`, inputs, (level, x) =>
        conv(level.child("1"), conv(level.child("0"), x, hidden, { k: 3 }), hidden, { k: 3 }),
      );
      const points = branchMaps(scope, `${prefix}cv4_kpts`, features, (level, x) => conv2d(level, x, count * size));
      forTraining(scope, () => {
        branchMaps(scope, `${prefix}cv4_sigma`, features, (level, x) => conv2d(level, x, count * 2));
      });
      return joinLevels(scope, points);
    },
    decode: (scope, logits, { centers, strides }) =>
      keypointsOf(scope, logits, shape, strides, (xy, asPoint) => scope.op("Add", [xy, asPoint(centers)])),
  };
};

/** [n,count*size,anchors] in pixels, where `place` gives xy in cells: [n,count,2,anchors]. */
function keypointsOf(
  scope: Scope,
  logits: Value,
  [count, size]: KeypointShape,
  strides: Anchors["strides"],
  place: (xy: Value, asPoint: (x: Value) => Value) => Value,
): Value {
  const [n, , anchors] = logits.type.shape as readonly [Size, Size, Size];
  const points = reshape(scope, logits, [n, count, size, anchors]);
  const asPoint = (x: Value): Value => reshape(scope, x, [1, 1, -1, anchors]);
  const [xy, seen] = size === 3 ? split(scope, points, [2, 1], 2) : [points];
  const placed = times(scope, place(xy!, asPoint), asPoint(strides));
  const all = seen ? concat(scope, [placed, scope.op("Sigmoid", [seen])], 2) : placed;
  return reshape(scope, all, [n, count * size, anchors]);
}

/** Layers of one of the flow's networks: two numbers to 64 to 64 to two. */
const FLOW = [
  [2, 64],
  [64, 64],
  [64, 2],
] as const;

/** The flow by which YOLO26's pose training weighs errors. ultralytics 8.4 nn/modules/head.py Pose26 flow_model */
export const flowModel = (scope: Scope): void =>
  forTraining(scope, () => {
    const flow = scope.child("flow_model");
    flow.buffer("loc", [2]);
    flow.buffer("cov", [2, 2]);
    flow.buffer("mask", [6, 2]);
    for (const name of ["s", "t"]) {
      const list = flow.child(name);
      for (let index = 0; index < 6; index++) {
        const sequence = list.child(String(index));
        FLOW.forEach(([c1, c2], layer) => {
          const linear = sequence.child(String(2 * layer));
          linear.parameter("weight", [c2, c1]);
          linear.parameter("bias", [c2]);
          if (layer < 2 || name === "s") sequence.child(String(2 * layer + 1));
        });
      }
    }
  });

/** The map of classes, for training only. ultralytics 8.4 nn/modules/block.py Proto26 semseg */
export const semanticBranch = (scope: Scope, x: Value, hidden: number, classes: number): void =>
  forTraining(scope, () => {
    wideBranch(hidden, classes)(scope.child("semseg"), x);
  });
