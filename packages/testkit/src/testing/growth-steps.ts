import { elementCount, sameShape } from "@yolo-compile/core";
import { fixedShape, fixedSize, type Value } from "@yolo-compile/ir";
import type { Choice, GraphGrower } from "./graph-grower.js";

/** Adds nodes behind a value; does nothing where they do not fit. */
export type Step = (grower: GraphGrower, x: Value, choice: Choice) => void;

const ACTIVATIONS = [
  "Relu",
  "Sigmoid",
  "LeakyRelu",
  "HardSwish",
  "Tanh",
  "Elu",
  "Mish",
  "Softsign",
  "Abs",
  "Neg",
] as const;

/** The most elements of a value, so that every graph runs fast. */
export const MOST_ELEMENTS = 1024;

/** Weights of a sum over `count` inputs, so that magnitudes stay about one. */
const weights = (grower: GraphGrower, shape: readonly number[], count: number): Value => {
  const bound = 1 / Math.sqrt(count);
  return grower.noise(shape, -bound, bound);
};

const conv: Step = (grower, x, { a, b }) => {
  if (x.type.shape.length !== 4) return;
  const channels = fixedSize(x, 1);
  const depthwise = a % 3 === 0;
  const [filters, group, perGroup] = depthwise ? [channels, channels, 1] : [1 + (a % 5), 1, channels];
  const kernel = b % 2 === 0 ? 1 : 3;
  const w = weights(grower, [filters, perGroup, kernel, kernel], perGroup * kernel * kernel);
  const bias = b % 3 === 0 ? [grower.noise([filters])] : [];
  const pad = (kernel - 1) / 2;
  const stride = 1 + (b % 5 === 0 ? 1 : 0);
  const attributes = { group, pads: [pad, pad, pad, pad], strides: [stride, stride] };
  const y = grower.add("Conv", [x, w, ...bias], attributes);
  if (a % 2 === 0) batchNorm(grower, y, { kind: 0, on: 0, a, b });
};

const convTranspose: Step = (grower, x, { a, b }) => {
  if (x.type.shape.length !== 4 || elementCount(fixedShape(x)) * 4 > MOST_ELEMENTS) return;
  const channels = fixedSize(x, 1);
  const group = channels % 2 === 0 && a % 2 === 0 ? 2 : 1;
  const w = weights(grower, [channels, 1 + (a % 3), 2, 2], channels / group);
  const y = grower.add("ConvTranspose", [x, w], { group, strides: [2, 2] });
  if (b % 2 === 0) batchNorm(grower, y, { kind: 0, on: 0, a, b });
};

const batchNorm: Step = (grower, x, { b }) => {
  const shape = fixedShape(x);
  if (shape.length < 2) return;
  const vector = [shape[1]!];
  const [scale, shift, mean] = [grower.noise(vector), grower.noise(vector), grower.noise(vector)];
  const variance = grower.noise(vector, 0.5, 1.5);
  grower.add("BatchNormalization", [x, scale, shift, mean, variance], { epsilon: b % 2 === 0 ? 1e-3 : 1e-5 });
};

const activation: Step = (grower, x, { a }) => {
  grower.add(ACTIVATIONS[a % ACTIVATIONS.length]!, [x]);
};

/** Adds an equal value, the same value, or a constant; multiplies by a constant only, since products grow. */
const arithmetic: Step = (grower, x, { a, b }) => {
  const shape = fixedShape(x);
  const twins = grower.values.filter((value) => sameShape(value.type.shape, shape));
  if (a % 3 === 0) grower.add("Add", [x, twins[b % twins.length]!]);
  else grower.add(a % 3 === 1 ? "Mul" : "Sub", [x, grower.noise(b % 2 === 0 ? [] : shape)]);
};

const concat: Step = (grower, x, { a, b }) => {
  const shape = fixedShape(x);
  const axis = a % shape.length;
  const others = grower.values.filter(
    ({ type }) =>
      type.shape.length === shape.length && type.shape.every((size, at) => at === axis || size === shape[at]),
  );
  const inputs = b % 4 === 0 ? [x] : [x, others[b % others.length]!];
  const count = inputs.reduce((sum, input) => sum + elementCount(fixedShape(input)), 0);
  if (count <= MOST_ELEMENTS) grower.add("Concat", inputs, { axis });
};

const reshape: Step = (grower, x, { a, b }) => {
  const shape = fixedShape(x);
  const targets = [[-1], [1, -1], [...shape], [0, -1], [...shape].reverse()];
  if (a % 6 === 5) grower.add("Flatten", [x], { axis: b % shape.length });
  else grower.add("Reshape", [x], { shape: targets[a % 6]! });
};

const transpose: Step = (grower, x, { a, b }) => {
  const axes = x.type.shape.map((_, axis) => axis);
  const perm: number[] = [];
  for (let rest = a + 7 * b; axes.length > 0; rest = Math.floor(rest / 2))
    perm.push(...axes.splice(rest % axes.length, 1));
  grower.add("Transpose", [x], { perm });
};

const idle: Step = (grower, x, { a }) => {
  const shape = fixedShape(x);
  const zeros = shape.map(() => 0);
  if (a % 5 === 0) grower.add("Identity", [x]);
  else if (a % 5 === 1) grower.add("Cast", [x], { to: "f32" });
  else if (a % 5 === 2) grower.add("Pad", [x], { pads: [...zeros, ...zeros] });
  else if (a % 5 === 3) grower.add("Slice", [x], { starts: zeros, ends: shape, axes: [...shape.keys()] });
  else grower.add("Squeeze", [grower.add("Unsqueeze", [x], { axes: [0] })], { axes: [0] });
};

const split: Step = (grower, x, { a, b }) => {
  const axis = a % x.type.shape.length;
  const size = fixedSize(x, axis);
  const first = b % size;
  grower.add("Split", [x], { axis, sizes: first === 0 ? [size] : [first, size - first] });
};

const pool: Step = (grower, x, { a, b }) => {
  if (x.type.shape.length !== 4) return;
  const attributes = { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [1 + (b % 2), 1] };
  grower.add(a % 2 === 0 ? "MaxPool" : "AveragePool", [x], attributes);
};

const product: Step = (grower, x, { a, b }) => {
  const shape = fixedShape(x);
  if (shape.length < 2) return;
  const [inner, columns] = [shape.at(-1)!, 1 + (a % 4)];
  const gemm = shape.length === 2 && b % 2 === 0;
  const y = gemm
    ? grower.add("Gemm", [x, weights(grower, [columns, inner], inner), grower.noise([columns])], { transB: 1 })
    : grower.add("MatMul", [x, weights(grower, [inner, columns], inner)]);
  if (a % 2 === 0) batchNorm(grower, y, { kind: 0, on: 0, a, b });
};

const reduction: Step = (grower, x, { a, b }) => {
  const axis = a % x.type.shape.length;
  if (b % 2 === 0) grower.add("Softmax", [x], { axis });
  else grower.add("ReduceMean", [x], { axes: [axis], keepdims: (b >> 1) % 2 });
};

/** A computation on constants, added to x. */
const folding: Step = (grower, x, { a }) => {
  const constant = grower.add("Mul", [grower.noise([a % 2 === 0 ? 1 : fixedSize(x, -1)]), grower.noise([])]);
  grower.add("Add", [x, constant]);
};

/** Each kind of step; the first ones come more often. */
export const STEPS: readonly Step[] = [
  conv,
  conv,
  batchNorm,
  activation,
  activation,
  arithmetic,
  concat,
  reshape,
  reshape,
  transpose,
  transpose,
  idle,
  split,
  pool,
  convTranspose,
  product,
  reduction,
  folding,
];
