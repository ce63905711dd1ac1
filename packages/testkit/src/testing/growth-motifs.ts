import { fixedShape, fixedSize, scalar, type Value } from "@yolo-compile/ir";
import type { Step } from "./growth-steps.js";

const isMap = (shape: readonly number[]): boolean => shape.length === 4;

/** x + depthwise(x), or its 1 × 1 or dense relatives. */
const residual: Step = (grower, x, { a, b }) => {
  const shape = fixedShape(x);
  if (!isMap(shape)) return;
  const channels = shape[1]!;
  const kernel = a % 2 === 0 ? 3 : 1;
  const [group, perGroup] = b % 2 === 0 ? [channels, 1] : [1, channels];
  const pad = (kernel - 1) / 2;
  const conv = grower.add("Conv", [x, grower.noise([channels, perGroup, kernel, kernel], -0.3, 0.3)], {
    group,
    pads: [pad, pad, pad, pad],
  });
  grower.add("Add", b % 3 === 0 ? [conv, x] : [x, conv]);
};

/** The same two nodes twice, each branch with its own copy of them, and their sum. */
const twins: Step = (grower, x) => {
  const shift = grower.noise([]);
  const [left, right] = [0, 1].map(() => grower.add("Sigmoid", [grower.add("Add", [x, shift])]));
  grower.add("Add", [left, right]);
};

/** Two or three slices that cover an axis, joined in another order. */
const slices: Step = (grower, x, { a, b }) => {
  const shape = fixedShape(x);
  const axis = a % shape.length;
  const size = shape[axis]!;
  if (size < 4) return;
  const cuts = [0, Math.floor(size / 2), ...(b % 2 === 0 ? [Math.floor((size * 3) / 4)] : []), size];
  const parts = cuts.slice(1).map((end, index) => {
    return grower.add("Slice", [x], { starts: [cuts[index]!], ends: [end], axes: [axis] });
  });
  if (b % 3 > 0) grower.add("Concat", parts.reverse(), { axis });
};

/** Channels last, windows of two rows, channels first again: the shape of local attention. */
const windows: Step = (grower, x, { b }) => {
  const shape = fixedShape(x);
  const [n, c, h, w] = shape as [number, number, number, number];
  if (!isMap(shape) || h % 2 !== 0) return;
  const last = grower.add("Transpose", [x], { perm: [0, 2, 3, 1] });
  const padded = b % 2 === 0 ? last : grower.add("Pad", [last], { pads: [0, 0, 0, 0, 0, 0, 2, 0] });
  const width = fixedSize(padded, 2);
  const split = grower.add("Reshape", [padded], { shape: [n * (h / 2), 2, width, c] });
  const first = grower.add("Transpose", [split], { perm: [0, 3, 1, 2] });
  const joined = grower.add("Reshape", [grower.add("Transpose", [first], { perm: [0, 2, 3, 1] })], {
    shape: [n, h, width, c],
  });
  const cut = b % 2 === 0 ? joined : grower.add("Slice", [joined], { starts: [0], ends: [w], axes: [2] });
  grower.add("Transpose", [cut], { perm: [0, 3, 1, 2] });
};

/** Two 1 × 1 convolutions as rows of tokens, one of them scaled, multiplied and scaled: the scores of attention. */
const scores: Step = (grower, x, { a, b }) => {
  const shape = fixedShape(x);
  if (!isMap(shape)) return;
  const [n, c] = shape as [number, number];
  const tokens = (): Value => {
    const conv = grower.add("Conv", [x, grower.noise([2, c, 1, 1], -0.4, 0.4), grower.noise([2])]);
    return grower.add("Reshape", [conv], { shape: [n, 2, -1] });
  };
  const rows = grower.add("Transpose", [tokens()], { perm: [0, 2, 1] });
  const scaled = a % 2 === 0 ? grower.add("Mul", [rows, grower.noise([])]) : rows;
  grower.add("Mul", [grower.add("MatMul", [scaled, tokens()]), grower.noise([], 0.1, 0.5)]);
  if (b % 2 === 0) grower.add("Softmax", [grower.values.at(-1)!]);
};

/** (sigmoid(x) · s)² · t: how a detector's sizes are decoded. */
const decoded: Step = (grower, x) => {
  const scaled = grower.add("Mul", [grower.add("Sigmoid", [x]), grower.noise([], 0.5, 1)]);
  grower.add("Mul", [grower.add("Pow", [scaled, scalar(2)]), grower.noise([], 0.5, 1)]);
};

/** Activations of two values, joined along an axis. */
const activated: Step = (grower, x, { a }) => {
  const op = a % 2 === 0 ? "Relu" : "Sigmoid";
  const other = grower.add("Neg", [x]);
  grower.add("Concat", [grower.add(op, [x]), grower.add(op, [other])], { axis: x.type.shape.length > 1 ? 1 : 0 });
};

/** Rows made maps for pointwise work, and rows again. */
const pointwise: Step = (grower, x, { a }) => {
  const shape = fixedShape(x);
  if (!isMap(shape)) return;
  const [n, c, h, w] = shape as [number, number, number, number];
  const row = grower.add("Tanh", [grower.add("Reshape", [x], { shape: [n, c, h * w] })]);
  const map = grower.add("Reshape", [row], { shape: [n, c, h, w] });
  const conv = grower.add("Conv", [map, grower.noise([c, c, 1, 1], -0.4, 0.4)]);
  const sum = grower.add("Add", [conv, a % 2 === 0 ? map : conv]);
  grower.add("Reshape", [sum], { shape: [n, c, h * w] });
};

/** Two halved maps, doubled again and joined for a convolution of single pixels: the neck of a detector. */
const neck: Step = (grower, x, { a, b }) => {
  const shape = fixedShape(x);
  const [, c, h, w] = shape as [number, number, number, number];
  if (!isMap(shape) || h < 2 || w < 2) return;
  const half = grower.add("Conv", [x, grower.noise([16, c, 2, 2], -0.2, 0.2)], { strides: [2, 2] });
  const other = a % 2 === 0 ? grower.add("Sigmoid", [half]) : half;
  const [left, right] = [half, other].map((map) => grower.add("Resize", [map], { scales: [1, 1, 2, 2] }));
  const bias = b % 2 === 0 ? [grower.noise([4])] : [];
  grower.add("Conv", [
    grower.add("Concat", [left, right], { axis: 1 }),
    grower.noise([4, 32, 1, 1], -0.2, 0.2),
    ...bias,
  ]);
};

/** Patterns of several nodes that rules look for, which networks are made of and single steps rarely meet. */
export const MOTIFS: readonly Step[] = [residual, twins, slices, windows, scores, activated, pointwise, decoded, neck];
