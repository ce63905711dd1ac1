import { productOf, type Size } from "@yolo-compile/core";
import type { OpName, Value } from "@yolo-compile/ir";
import type { Lift } from "./lift.js";
import { liftConv, liftConvTranspose, liftPool } from "./lift-window.js";
import { LOWERINGS } from "./lower.js";

type Lifter = (lift: Lift) => readonly Value[];

/** A node that has the same form in the IR and in the file. */
const liftPlain: Lifter = (lift) => lift.result(lift.record.op, lift.inputs, lift.given());

/** Axes or sizes: an input, or in older opsets an attribute of that name. */
function listOf(lift: Lift, attribute: string): readonly Size[] | undefined {
  const since = LOWERINGS[lift.record.op as OpName]?.input1?.since ?? 0; // Only known ops are lifted.
  return lift.opset >= since ? lift.sizes(1) : lift.take(attribute, "ints");
}

const axesOf = (lift: Lift): readonly number[] | undefined =>
  listOf(lift, "axes")?.map((axis) => lift.integer(axis, "axes"));

/** Without axes a reduction is one over every axis, unless noop_with_empty_axes is set. */
const liftReduction: Lifter = (lift) => {
  const stated = axesOf(lift) ?? [];
  const idle = lift.take("noop_with_empty_axes", "int") === 1;
  const axes = stated.length > 0 ? stated : [...lift.type(0).shape.keys()];
  const given = lift.given();
  if (stated.length === 0 && idle) return lift.result("Identity", [lift.inputs[0]]);
  return lift.result(lift.record.op, [lift.inputs[0]], { ...given, axes });
};

const liftSqueeze: Lifter = (lift) => {
  const { shape } = lift.type(0);
  const ones = [...shape.keys()].filter((axis) => shape[axis] === 1);
  return lift.result("Squeeze", [lift.inputs[0]], { axes: axesOf(lift) ?? ones });
};

const liftUnsqueeze: Lifter = (lift) => {
  const axes = axesOf(lift);
  if (!axes) throw lift.attributeError("axes", "is missing");
  return lift.result("Unsqueeze", [lift.inputs[0]], { axes });
};

/** Without sizes the parts are equal, but for the last one, which may be smaller. */
const liftSplit: Lifter = (lift) => {
  const { axis = 0 } = lift.given();
  lift.require("num_outputs", "int", [lift.record.outputs.length]);
  return lift.result("Split", [lift.inputs[0]], {
    axis,
    sizes: listOf(lift, "split") ?? equalParts(lift, Number(axis)),
  });
};

function equalParts(lift: Lift, axis: number): readonly number[] {
  const parts = lift.record.outputs.length;
  const full = lift.integer(lift.type(0).shape.at(axis) ?? 0, "the parts of the axis");
  const part = Math.ceil(full / parts);
  return lift.record.outputs.map((_, index) => Math.max(0, Math.min(part, full - index * part)));
}

/** Before opset 13 the axes from `axis` on count as one. */
const liftSoftmax: Lifter = (lift) => {
  if (lift.opset >= 13) return liftPlain(lift);
  const { op } = lift.record;
  const { shape } = lift.type(0);
  const given = Number(lift.given().axis ?? 1);
  const axis = given < 0 ? given + shape.length : given;
  const tail = shape.slice(axis);
  if (tail.slice(1).every((size) => size === 1)) return lift.result(op, lift.inputs, { axis: given });
  const flat = [...shape.slice(0, axis), productOf(tail)];
  const joined = lift.step(op, [lift.step("Reshape", [lift.inputs[0]], { shape: flat })], { axis: -1 });
  return lift.result("Reshape", [joined], { shape });
};

/** Other than the largest, in order, cannot be read. */
const liftTopK: Lifter = (lift) => {
  lift.require("largest", "int", [1]);
  lift.require("sorted", "int", [1]);
  const [k] = lift.parameters(1) ?? [];
  if (k === undefined) throw lift.error("input 1 is missing");
  return lift.result("TopK", [lift.inputs[0]], { ...lift.given(), k });
};

const liftTranspose: Lifter = (lift) => {
  const reversed = [...lift.type(0).shape.keys()].reverse();
  return lift.result("Transpose", lift.inputs, { perm: reversed, ...lift.given() });
};

const liftReshape: Lifter = (lift) => {
  const shape = lift.neededSizes(1);
  if (lift.take("allowzero", "int") === 1 && shape.includes(0))
    throw lift.attributeError("allowzero", "is 1 with a size of 0, which cannot be read");
  return lift.result("Reshape", [lift.inputs[0]], { shape });
};

const liftExpand: Lifter = (lift) => lift.result("Expand", [lift.inputs[0]], { shape: lift.neededSizes(1) });

/** Integers from 0 on in steps of 1. */
const liftRange: Lifter = (lift) => {
  const [start, limit, delta] = [0, 1, 2].map((index) => lift.neededSizes(index)[0]!) as [Size, Size, Size];
  if (lift.type(1).dtype !== "i64") throw lift.error(`it counts in ${lift.type(1).dtype}, only i64 can be read`);
  if (start !== 0 || delta !== 1)
    throw lift.error(`it goes from ${start} in steps of ${delta}, only 0 and 1 can be read`);
  return lift.result("Range", [], { limit: [limit] });
};

/** Pads of some axes are pads of all axes, 0 elsewhere. */
const liftPad: Lifter = (lift) => {
  const rank = lift.type(0).shape.length;
  const given = lift.neededSizes(1);
  const axes = lift.parameters(3)?.map((axis) => (axis < 0 ? axis + rank : axis));
  if (axes && (new Set(axes).size !== axes.length || axes.some((axis) => !(axis >= 0 && axis < rank))))
    throw lift.error(`its axes are [${axes.join(",")}]`);
  if (axes && given.length !== 2 * axes.length) throw lift.error(`${given.length} pads for ${axes.length} axes`);
  const pads = axes ? spread(given, axes, rank) : given;
  const value = lift.inputs[2];
  return lift.result("Pad", [lift.inputs[0], ...(value ? [value] : [])], { ...lift.given(), pads });
};

function spread(given: readonly Size[], axes: readonly number[], rank: number): readonly Size[] {
  const pads = new Array<Size>(2 * rank).fill(0);
  for (const [index, axis] of axes.entries()) {
    pads[axis] = given[index]!;
    pads[axis + rank] = given[index + axes.length]!;
  }
  return pads;
}

const liftSlice: Lifter = (lift) => {
  const starts = lift.neededSizes(1);
  const ends = lift.neededSizes(2);
  const axes = lift.parameters(3) ?? [...starts.keys()];
  const steps = lift.sizes(4)?.map((step) => lift.integer(step, "steps")) ?? [];
  return lift.result("Slice", [lift.inputs[0]], { starts, ends, axes, steps });
};

const liftBatchNorm: Lifter = (lift) => {
  lift.require("training_mode", "int", [0]);
  lift.ignore("momentum");
  return liftPlain(lift);
};

const liftCast: Lifter = (lift) => {
  lift.ignore("saturate", "round_mode");
  return liftPlain(lift);
};

const liftSuppression: Lifter = (lift) =>
  lift.result("NonMaxSuppression", lift.inputs, { ...lift.given(), count: lift.symbols.claim("kept") });

/** ONNX's defaults differ from the IR's, sizes become scales, and roi matters only to tf_crop_and_resize. */
const liftResize: Lifter = (lift) => {
  const given = {
    coordinate_transformation_mode: "half_pixel",
    nearest_mode: "round_prefer_floor",
    ...lift.given(),
  };
  if (given.coordinate_transformation_mode === "tf_crop_and_resize")
    throw lift.attributeError("coordinate_transformation_mode", "is tf_crop_and_resize, which cannot be read");
  lift.require("exclude_outside", "int", [0]);
  lift.require("antialias", "int", [0]);
  lift.require("keep_aspect_ratio_policy", "string", ["stretch"]);
  lift.ignore("extrapolation_value");
  return lift.result("Resize", [lift.inputs[0]], { ...given, ...liftTarget(lift) });
};

/** Scales or sizes of some axes are those of all axes; the others stay as they are. */
function liftTarget(lift: Lift): { scales: readonly number[] } | { sizes: readonly Size[] } {
  const { shape } = lift.type(0);
  const scales = lift.parameters(2) ?? [];
  const sizes = lift.sizes(3) ?? [];
  const axes = lift.take("axes", "ints")?.map((axis) => (axis < 0 ? axis + shape.length : axis)) ?? [...shape.keys()];
  const stated = scales.length > 0 ? scales : sizes;
  if (stated.length !== axes.length) throw lift.error(`${stated.length} scales or sizes for ${axes.length} axes`);
  if (scales.length > 0) return { scales: shape.map((_, axis) => scales[axes.indexOf(axis)] ?? 1) };
  return { sizes: shape.map((size, axis) => sizes[axes.indexOf(axis)] ?? size) };
}

/** Readers of the ops that ONNX spells in several ways; all others have the same form in the IR. */
const LIFTERS: ReadonlyMap<string, Lifter> = new Map<OpName, Lifter>([
  ["AveragePool", liftPool],
  ["BatchNormalization", liftBatchNorm],
  ["Cast", liftCast],
  ["Conv", liftConv],
  ["ConvTranspose", liftConvTranspose],
  ["Expand", liftExpand],
  ["LogSoftmax", liftSoftmax],
  ["MaxPool", liftPool],
  ["NonMaxSuppression", liftSuppression],
  ["Pad", liftPad],
  ["Range", liftRange],
  ["ReduceMax", liftReduction],
  ["ReduceMean", liftReduction],
  ["ReduceSum", liftReduction],
  ["Reshape", liftReshape],
  ["Resize", liftResize],
  ["Slice", liftSlice],
  ["Softmax", liftSoftmax],
  ["Split", liftSplit],
  ["Squeeze", liftSqueeze],
  ["TopK", liftTopK],
  ["Transpose", liftTranspose],
  ["Unsqueeze", liftUnsqueeze],
]);

/** The values that a node of the file gives, in nodes of the IR. @throws onnx/node, onnx/attribute, ir/… */
export function liftNode(lift: Lift): readonly Value[] {
  const outputs = (LIFTERS.get(lift.record.op) ?? liftPlain)(lift);
  const wanted = lift.record.outputs.length;
  if (outputs.length !== wanted) throw lift.error(`${wanted} outputs, ${outputs.length} can be read`);
  return outputs;
}
