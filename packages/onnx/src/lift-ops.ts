import { elementCount, tensorOf } from "@yolo-compile/core";
import { constantValue, type OpName, type Value } from "@yolo-compile/ir";
import type { Lift } from "./lift.js";
import { liftConv, liftConvTranspose, liftPool } from "./lift-window.js";
import { LOWERINGS } from "./lower.js";

type Lifter = (lift: Lift) => readonly Value[];

/** A node that says in the IR what it says in the file. */
const liftPlain: Lifter = (lift) => lift.result(lift.record.op, lift.inputs, lift.given());

/** Axes or sizes: an input, or in older opsets an attribute of that name. */
function listInput(lift: Lift, attribute: string): Value | undefined {
  const since = LOWERINGS[lift.record.op as OpName]?.input1?.since ?? 0; // Only known ops are lifted.
  if (lift.opset >= since) return lift.parameters(1) && lift.inputs[1];
  const stated = lift.take(attribute, "ints");
  return stated && lift.integers(stated, attribute);
}

/** Without axes a reduction is one over every axis, unless it is told to do nothing then. */
const liftReduction: Lifter = (lift) => {
  const axes = listInput(lift, "axes");
  const idle = lift.take("noop_with_empty_axes", "int") === 1;
  const given = lift.given();
  if (axes && axes.type.shape[0] !== 0) return lift.result(lift.record.op, [lift.inputs[0], axes], given);
  return idle ? lift.result("Identity", [lift.inputs[0]]) : lift.result(lift.record.op, [lift.inputs[0]], given);
};

const liftSqueeze: Lifter = (lift) => {
  const { shape } = lift.type(0);
  const ones = [...shape.keys()].filter((axis) => shape[axis] === 1);
  return lift.result("Squeeze", [lift.inputs[0], listInput(lift, "axes") ?? lift.integers(ones, "axes")]);
};

const liftUnsqueeze: Lifter = (lift) => {
  const axes = listInput(lift, "axes");
  if (!axes) throw lift.attributeError("axes", "is missing");
  return lift.result("Unsqueeze", [lift.inputs[0], axes]);
};

/** Without sizes the parts are as equal as they can be, the last one the smallest. */
const liftSplit: Lifter = (lift) => {
  const { shape } = lift.type(0);
  const { axis = 0 } = lift.given();
  const parts = lift.record.outputs.length;
  const full = shape.at(Number(axis)) ?? 0;
  const part = Math.ceil(full / parts);
  const equal = lift.record.outputs.map((_, index) => Math.max(0, Math.min(part, full - index * part)));
  lift.require("num_outputs", "int", [parts]);
  return lift.result("Split", [lift.inputs[0], listInput(lift, "split") ?? lift.integers(equal, "split")], { axis });
};

/** Before opset 13 the axes from `axis` on are one. */
const liftSoftmax: Lifter = (lift) => {
  if (lift.opset >= 13) return liftPlain(lift);
  const { op } = lift.record;
  const { shape } = lift.type(0);
  const given = Number(lift.given().axis ?? 1);
  const axis = given < 0 ? given + shape.length : given;
  const tail = shape.slice(axis);
  if (tail.slice(1).every((size) => size === 1)) return lift.result(op, lift.inputs, { axis: given });
  const flat = lift.integers([...shape.slice(0, axis), elementCount(tail)], "flat");
  const joined = lift.step(op, [lift.step("Reshape", [lift.inputs[0], flat])], { axis: -1 });
  return lift.result("Reshape", [joined, lift.integers(shape, "shape")]);
};

const liftTranspose: Lifter = (lift) => {
  const reversed = [...lift.type(0).shape.keys()].reverse();
  return lift.result("Transpose", lift.inputs, { perm: reversed, ...lift.given() });
};

const liftReshape: Lifter = (lift) => {
  if (lift.take("allowzero", "int") === 1 && lift.parameters(1)?.includes(0))
    throw lift.attributeError("allowzero", "is 1 with a size of 0, which cannot be read");
  return liftPlain(lift);
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

/** ONNX's defaults differ from the IR's, sizes become scales, and roi says nothing but to tf_crop_and_resize. */
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
  return lift.result("Resize", [lift.inputs[0], undefined, liftScales(lift)], given);
};

function liftScales(lift: Lift): Value {
  const { shape } = lift.type(0);
  const axes = lift.take("axes", "ints");
  const scales = lift.parameters(2) ?? [];
  const sizes = lift.parameters(3) ?? [];
  if (!axes && scales.length > 0) return lift.inputs[2]!;
  const among = axes?.map((axis) => (axis < 0 ? axis + shape.length : axis)) ?? [...shape.keys()];
  const stated = scales.length > 0 ? scales : sizes.map((size, index) => scaleTo(size, shape[among[index]!] ?? 0));
  if (stated.length !== among.length) throw lift.error(`${stated.length} scales or sizes for ${among.length} axes`);
  const full = shape.map((_, axis) => (among.includes(axis) ? stated[among.indexOf(axis)]! : 1));
  return constantValue(tensorOf("f32", [full.length], full), `${lift.where}/scales`);
}

/** A float32 scale with floor(from * scale) = to; the quotient may round to just below it. */
function scaleTo(to: number, from: number): number {
  const scale = Math.fround(to / from);
  return Math.floor(from * scale) === to ? scale : Math.fround(scale * (1 + 2 ** -23));
}

/** How the ops are read that ONNX can spell in several ways; all others stay as they are. */
const LIFTERS: ReadonlyMap<string, Lifter> = new Map<OpName, Lifter>([
  ["AveragePool", liftPool],
  ["BatchNormalization", liftBatchNorm],
  ["Cast", liftCast],
  ["Conv", liftConv],
  ["ConvTranspose", liftConvTranspose],
  ["LogSoftmax", liftSoftmax],
  ["MaxPool", liftPool],
  ["ReduceMax", liftReduction],
  ["ReduceMean", liftReduction],
  ["ReduceSum", liftReduction],
  ["Reshape", liftReshape],
  ["Resize", liftResize],
  ["Softmax", liftSoftmax],
  ["Split", liftSplit],
  ["Squeeze", liftSqueeze],
  ["Transpose", liftTranspose],
  ["Unsqueeze", liftUnsqueeze],
]);

/** Inputs that say how and not what, whose numbers are read for every node. */
const PARAMETERS: ReadonlyMap<string, readonly number[]> = new Map<OpName, readonly number[]>([
  ["Expand", [1]],
  ["Pad", [1, 3]],
  ["Reshape", [1]],
  ["Slice", [1, 2, 3, 4]],
]);

/** The values that a node of the file gives, in nodes of the IR. @throws onnx/node, onnx/attribute, ir/… */
export function liftNode(lift: Lift): readonly Value[] {
  for (const index of PARAMETERS.get(lift.record.op) ?? []) lift.parameters(index);
  const outputs = (LIFTERS.get(lift.record.op) ?? liftPlain)(lift);
  const wanted = lift.record.outputs.length;
  if (outputs.length !== wanted) throw lift.error(`${wanted} outputs, ${outputs.length} can be read`);
  return outputs;
}
