import { elementCount, rowStrides, type TensorType, toFloat64 } from "@yolo-compile/core";
import { int, type OpContext, type OpSchema, op } from "../schema.js";
import { constantInts, inputType, normalAxes } from "./context.js";
import { byCoordinates, dot } from "./gather-elements.js";
import { roundTo } from "./rounding.js";

const REDUCE = { keepdims: int(1) };

/** The axes that go, from the front. */
function reducedAxes(node: OpContext): readonly number[] {
  const { shape } = inputType(node, 0);
  return node.inputs[1] ? normalAxes(node, constantInts(node, 1), shape.length) : [...shape.keys()];
}

function inferReduce(node: OpContext<typeof REDUCE>): TensorType[] {
  const { dtype, shape } = inputType(node, 0);
  const axes = reducedAxes(node);
  const ones = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const keep = node.attributes.keepdims === 1;
  return [{ dtype, shape: keep ? ones : ones.filter((_, axis) => !axes.includes(axis)) }];
}

interface Reduction {
  readonly start: number;
  readonly step: (sum: number, element: number) => number;
  readonly end: (sum: number, count: number) => number;
}

/** Inputs x and axes; without axes all go, with an empty vector of axes none. */
const reduce = ({ start, step, end }: Reduction): OpSchema<typeof REDUCE> =>
  op({
    inputs: [1, 2],
    attributes: REDUCE,
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
  });

const plain = (sum: number): number => sum;
const add = (sum: number, element: number): number => sum + element;

/** Ops that make one number of many. */
export const REDUCTION = {
  ReduceMean: reduce({ start: 0, step: add, end: (sum, count) => sum / count }),
  ReduceMax: reduce({ start: Number.NEGATIVE_INFINITY, step: Math.max, end: plain }),
  ReduceSum: reduce({ start: 0, step: add, end: plain }),
} satisfies Record<string, OpSchema>;
