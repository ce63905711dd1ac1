import type { TensorType } from "@yolo-compile/core";
import { numberOf, numbersOf } from "../attributes.js";
import { int, ints, type OpContext, type OpSchema } from "../schema.js";
import { constantInts, inputType, normalAxis, ranked } from "./context.js";
import { slidingSize } from "./convolution.js";

const WINDOW = { kernel_shape: ints(), pads: ints([0, 0, 0, 0]), strides: ints([1, 1]), ceil_mode: int(0) };

function inferPool(node: OpContext): TensorType[] {
  const x = ranked(node, 0, 4);
  const spatial = numbersOf(node, "kernel_shape").map((size, axis) => slidingSize(node, axis, size));
  return [{ dtype: x.dtype, shape: [x.shape[0]!, x.shape[1]!, ...spatial] }];
}

function inferReduce(node: OpContext): TensorType[] {
  const x = inputType(node, 0);
  const rank = x.shape.length;
  const axes = node.inputs[1]
    ? constantInts(node, 1).map((axis) => normalAxis(node, axis, rank))
    : x.shape.map((_, axis) => axis);
  const keep = numberOf(node, "keepdims") === 1;
  const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return [{ dtype: x.dtype, shape: keep ? shape : shape.filter((_, axis) => !axes.includes(axis)) }];
}

const reduce: OpSchema = { inputs: [1, 2], attributes: { keepdims: int(1) }, infer: inferReduce, since: 18 };

function inferSoftmax(node: OpContext): TensorType[] {
  const x = inputType(node, 0);
  normalAxis(node, numberOf(node, "axis"), x.shape.length);
  return [x];
}

/** Ops that make one number of many. */
export const REDUCTION = {
  MaxPool: {
    inputs: [1, 1],
    attributes: { ...WINDOW, dilations: ints([1, 1]) },
    infer: inferPool,
    since: 11,
  },
  AveragePool: {
    inputs: [1, 1],
    attributes: { ...WINDOW, count_include_pad: int(0) },
    infer: inferPool,
    since: 11,
  },
  GlobalAveragePool: {
    inputs: [1, 1],
    attributes: {},
    infer: (node) => {
      const x = ranked(node, 0, 4);
      return [{ dtype: x.dtype, shape: [x.shape[0]!, x.shape[1]!, 1, 1] }];
    },
    since: 1,
  },
  ReduceMean: reduce,
  ReduceMax: reduce,
  ReduceSum: { ...reduce, since: 13 },
  Softmax: { inputs: [1, 1], attributes: { axis: int(-1) }, infer: inferSoftmax, since: 13 },
  LogSoftmax: { inputs: [1, 1], attributes: { axis: int(-1) }, infer: inferSoftmax, since: 13 },
} as const satisfies Record<string, OpSchema>;
