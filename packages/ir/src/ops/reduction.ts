import { elementCount, isAtLeast, rowStrides, toFloat64, type ValueType } from "@yolo-compile/core";
import { typeError } from "../diagnostics.js";
import { int, ints, type OpContext, type OpSchema, op } from "../schema.js";
import { FLOATS, numberSupport, type OpsetSupport, WIDE } from "../support.js";
import { inputType, normalAxes, normalAxis } from "./context.js";
import { byCoordinates, dot } from "./gather-elements.js";
import { roundTo } from "./rounding.js";

const REDUCE = { axes: ints(), keepdims: int(1) };

/** The axes that are reduced, counted from the front. */
const reducedAxes = (node: OpContext<typeof REDUCE>): readonly number[] =>
  normalAxes(node, node.attributes.axes, inputType(node, 0).shape.length);

function inferReduce(node: OpContext<typeof REDUCE>): ValueType[] {
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
  readonly sums?: "elements" | "mean";
}

const reduce = (support: OpsetSupport, { start, step, end, sums }: Reduction): OpSchema<typeof REDUCE> =>
  op({
    support,
    ...(sums && { traits: { sums } }),
    inputs: [1, 1],
    attributes: REDUCE,
    infer: inferReduce,
    fold: (node, [x], [type]) => {
      const { dtype, shape } = type!;
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

const TOP = { axis: int(-1), k: int() };

function inferTop(node: OpContext<typeof TOP>): ValueType[] {
  const { dtype, shape } = inputType(node, 0);
  const { k } = node.attributes;
  const at = normalAxis(node, node.attributes.axis, shape.length);
  if (k < 0 || !isAtLeast(shape[at]!, k)) throw typeError(node.op, `there are no ${k} of ${shape[at]}`, node.inputs);
  const kept = shape.map((size, axis) => (axis === at ? k : size));
  return [
    { dtype, shape: kept },
    { dtype: "i64", shape: kept },
  ];
}

const plain = (sum: number): number => sum;
const add = (sum: number, element: number): number => sum + element;

/** Ops that make few numbers of many. */
export const REDUCTION = {
  ReduceMean: reduce(numberSupport(), { start: 0, step: add, end: (sum, count) => sum / count, sums: "mean" }),
  ReduceMax: reduce(
    {
      types: [
        [11, [...FLOATS, ...WIDE]],
        [12, ["i8", "u8"]],
        [13, ["bf16"]],
        [20, ["bool"]],
      ],
    },
    { start: Number.NEGATIVE_INFINITY, step: Math.max, end: plain },
  ),
  ReduceSum: reduce(numberSupport(), { start: 0, step: add, end: plain, sums: "elements" }),
  /** The `k` largest along an axis, the largest first, and where they are; of equal ones the first. */
  TopK: op({ support: numberSupport({ narrow: 11, bf16: 24 }), inputs: [1, 1], attributes: TOP, infer: inferTop }),
} satisfies Record<string, OpSchema>;
