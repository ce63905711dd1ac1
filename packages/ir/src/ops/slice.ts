import {
  addSizes,
  ceilDivide,
  compareSizes,
  isFixed,
  rowStrides,
  type Size,
  sameSize,
  subtractSizes,
  type Tensor,
  type TensorType,
  type ValueType,
} from "@yolo-compile/core";
import { typeError, undecidedSize } from "../diagnostics.js";
import { ints, type OpContext, op, sizes } from "../schema.js";
import { anySupport } from "../support.js";
import { divided, inputType, normalAxes, reaches } from "./context.js";
import { byCoordinates, dot, gatherElements } from "./gather-elements.js";

const ATTRIBUTES = { starts: sizes(), ends: sizes(), axes: ints(), steps: ints([]) };

type Node = OpContext<typeof ATTRIBUTES>;

interface Range {
  readonly start: Size;
  readonly step: number;
  readonly size: Size;
}

/** From here on, either way, a bound of an open axis is beyond its ends. */
const ENDLESS = 2 ** 31 - 1;

/** A bound counts from the end where it is negative, then is clamped. @throws ir/open-size where that is open */
function bound(node: Node, at: Size, full: Size, low: number, high: Size): Size {
  if (isFixed(at) && !isFixed(full) && Math.abs(at) >= ENDLESS) return at < 0 ? low : high;
  const from = reaches(node, "a bound of the slice", at, 0) ? at : addSizes(at, full);
  const above = compareSizes(from, high);
  if (above === undefined)
    throw undecidedSize(node.op, `${from} lies within the axis of ${full} only for some`, high, node.inputs);
  if (above === 1) return high;
  return reaches(node, "a bound of the slice", from, low) ? from : low;
}

/** Backwards, the end may lie before the first element. */
function rangeOf(node: Node, full: Size, from: Size, to: Size, step: number): Range {
  if (full === 0) return { start: 0, step, size: 0 };
  const last = subtractSizes(full, 1);
  const start = step > 0 ? bound(node, from, full, 0, full) : bound(node, from, full, 0, last);
  const end = step > 0 ? bound(node, to, full, 0, full) : bound(node, to, full, -1, last);
  const way = step > 0 ? subtractSizes(end, start) : subtractSizes(start, end);
  if (!reaches(node, "the length of the slice", way, 0)) return { start, step, size: 0 };
  const size = divided(node, ceilDivide(way, Math.abs(step)), "the length of the slice", way, Math.abs(step));
  return { start, step, size };
}

/** The range that is taken of each axis of the input. */
function rangesOf(node: Node): Range[] {
  const { shape } = inputType(node, 0);
  const { starts, ends, axes, steps } = node.attributes;
  const ranges: Range[] = shape.map((size) => ({ start: 0, step: 1, size }));
  if ([ends, axes].some(({ length }) => length !== starts.length) || ![0, starts.length].includes(steps.length))
    throw typeError(node.op, "starts, ends, axes and steps differ in number", node.inputs);
  normalAxes(node, axes, shape.length).forEach((axis, index) => {
    const step = steps[index] ?? 1;
    if (step === 0) throw typeError(node.op, "a step of 0", node.inputs);
    ranges[axis] = rangeOf(node, shape[axis]!, starts[index]!, ends[index]!, step);
  });
  return ranges;
}

const infer = (node: Node): ValueType[] => [
  { dtype: inputType(node, 0).dtype, shape: rangesOf(node).map(({ size }) => size) },
];

function fold(node: Node, [x]: readonly (Tensor | undefined)[], [type]: readonly TensorType[]): Tensor[] {
  const ranges = rangesOf(node);
  const strides = rowStrides(x!.shape);
  const starts = ranges.map(({ start }) => start) as number[]; // folded only where no size has a symbol
  const steps = ranges.map(({ step }, axis) => step * strides[axis]!);
  const base = dot(starts, strides);
  const source = byCoordinates(type!.shape, (at) => base + dot(at, steps));
  return [gatherElements(x!, type!.shape, source)];
}

const takesAll = (node: Node): boolean =>
  rangesOf(node).every(({ step, size }, axis) => step === 1 && sameSize(size, inputType(node, 0).shape[axis]));

/** x[start:end:step] along each of the axes, as numpy has it; every step is 1 where none is given. */
export const SLICE = op({
  support: anySupport(),
  inputs: [1, 1],
  attributes: ATTRIBUTES,
  infer,
  fold,
  traits: { moves: "some", keepsOrder: takesAll },
});
