import { elementCount, rowStrides, type TensorType, toFloat64 } from "@yolo-compile/core";
import { numberOf } from "../attributes.js";
import { int, ints, type OpContext, type OpSchema } from "../schema.js";
import { constantInts, inputType, normalAxes, normalAxis, ranked } from "./context.js";
import { byCoordinates, dot } from "./gather-elements.js";
import { roundTo } from "./rounding.js";
import { sizes, slide } from "./window.js";

const WINDOW = { kernel_shape: ints(), pads: ints([0, 0, 0, 0]), strides: ints([1, 1]), ceil_mode: int(0) };

function inferPool(node: OpContext): TensorType[] {
  const x = ranked(node, 0, 4);
  const spatial = slide(node, sizes(node, "kernel_shape", 2, 1));
  return [{ dtype: x.dtype, shape: [x.shape[0]!, x.shape[1]!, ...spatial] }];
}

/** The axes that go, from the front. */
function reducedAxes(node: OpContext): readonly number[] {
  const { shape } = inputType(node, 0);
  return node.inputs[1] ? normalAxes(node, constantInts(node, 1), shape.length) : [...shape.keys()];
}

function inferReduce(node: OpContext): TensorType[] {
  const { dtype, shape } = inputType(node, 0);
  const axes = reducedAxes(node);
  const ones = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const keep = numberOf(node, "keepdims") === 1;
  return [{ dtype, shape: keep ? ones : ones.filter((_, axis) => !axes.includes(axis)) }];
}

interface Reduction {
  readonly start: number;
  readonly step: (sum: number, element: number) => number;
  readonly end: (sum: number, count: number) => number;
}

/** Inputs x and axes; without axes all go, with an empty vector of axes none. */
const reduce = ({ start, step, end }: Reduction, since: number): OpSchema => ({
  inputs: [1, 2],
  attributes: { keepdims: int(1) },
  infer: inferReduce,
  fold: (node, [x]) => {
    const { dtype, shape } = inferReduce(node)[0]!;
    const axes = reducedAxes(node);
    const kept = x!.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const steps = rowStrides(kept).map((stride, axis) => (axes.includes(axis) ? 0 : stride));
    const target = byCoordinates(x!.shape, (at) => dot(at, steps));
    const sums = new Float64Array(elementCount(shape)).fill(start);
    toFloat64(x!).forEach((element, index) => {
      const to = target(index);
      sums[to] = step(sums[to]!, element);
    });
    const count = elementCount(axes.map((axis) => x!.shape[axis]!));
    const results = sums.map((sum) => end(sum, count));
    return [{ dtype, shape, data: roundTo(node, dtype, results) }];
  },
  since,
});

const plain = (sum: number): number => sum;
const add = (sum: number, element: number): number => sum + element;

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
  ReduceMean: reduce({ start: 0, step: add, end: (sum, count) => sum / count }, 18),
  ReduceMax: reduce({ start: Number.NEGATIVE_INFINITY, step: Math.max, end: plain }, 18),
  ReduceSum: reduce({ start: 0, step: add, end: plain }, 13),
  Softmax: { inputs: [1, 1], attributes: { axis: int(-1) }, infer: inferSoftmax, since: 13 },
  LogSoftmax: { inputs: [1, 1], attributes: { axis: int(-1) }, infer: inferSoftmax, since: 13 },
} as const satisfies Record<string, OpSchema>;
