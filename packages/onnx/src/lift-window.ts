import { areFixed } from "@yolo-compile/core";
import type { Attribute } from "@yolo-compile/ir";
import type { Lift } from "./lift.js";

interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
}

const SAME = ["SAME_UPPER", "SAME_LOWER"];

/** Conv, whose window is its weight's and may be given again. */
export function liftConv(lift: Lift): ReturnType<Lift["result"]> {
  const kernel = weightWindow(lift);
  const given = windowAttributes(lift, lift.given(), kernel);
  return lift.result("Conv", lift.inputs, given);
}

/**
 * ConvTranspose, whose window is its weight's.
 * @throws onnx/attribute also where auto_pad is SAME_UPPER or SAME_LOWER
 */
export function liftConvTranspose(lift: Lift): ReturnType<Lift["result"]> {
  const kernel = weightWindow(lift);
  const automatic = lift.take("auto_pad", "string") ?? "NOTSET";
  if (SAME.includes(automatic)) throw lift.attributeError("auto_pad", `is ${automatic}, which cannot be read`);
  const given = windowAttributes(lift, lift.given(), kernel);
  if (automatic === "VALID") delete given.pads;
  return lift.result("ConvTranspose", lift.inputs, given);
}

/**
 * A pooling op, whose window is its kernel_shape.
 * @throws onnx/attribute also for column-major indices and an AveragePool with dilations
 */
export function liftPool(lift: Lift): ReturnType<Lift["result"]> {
  const { op } = lift.record;
  lift.require("storage_order", "int", [0]);
  const kernel = lift.record.attributes.get("kernel_shape");
  if (kernel?.kind !== "ints") throw lift.attributeError("kernel_shape", "is missing");
  if (op === "AveragePool" && lift.take("dilations", "ints")?.some((step) => step !== 1))
    throw lift.attributeError("dilations", "are not all 1, which cannot be read");
  return lift.result(op, lift.inputs, windowAttributes(lift, lift.given(), kernel.value));
}

function weightWindow(lift: Lift): readonly number[] {
  const kernel = lift
    .type(1)
    .shape.slice(2)
    .map((size) => lift.integer(size, "the sizes of the weight"));
  const stated = lift.take("kernel_shape", "ints");
  if (stated && stated.join() !== kernel.join())
    throw lift.attributeError("kernel_shape", `is [${stated.join(",")}], the weight's is [${kernel.join(",")}]`);
  return kernel;
}

/**
 * `given` with pads instead of auto_pad. One spatial axis is read for a Conv, whose schema's defaults are for two.
 * @throws onnx/attribute, onnx/node where a list does not fit the spatial axes
 */
function windowAttributes(
  lift: Lift,
  given: Record<string, Attribute>,
  kernel: readonly number[],
): Record<string, Attribute> {
  const axes = lift.type(0).shape.length - 2;
  if (axes !== 2 && !(axes === 1 && lift.record.op === "Conv")) throw lift.error("only two spatial axes can be read");
  const list = (name: string, length: number, least: number): readonly number[] => {
    const values = given[name] ?? new Array<number>(length).fill(least);
    if (!isList(values) || values.length !== length || values.some((value) => value < least))
      throw lift.attributeError(name, `is [${values}], expected ${length} numbers from ${least} on`);
    return values;
  };
  if (kernel.length !== axes || kernel.some((size) => size < 1))
    throw lift.error(`the window is [${kernel.join(",")}]`);
  const window = { kernel, strides: list("strides", axes, 1), dilations: list("dilations", axes, 1) };
  given.pads = list("pads", 2 * axes, 0);
  Object.assign(given, axes === 1 && { strides: window.strides, dilations: window.dilations });
  if (given.output_padding) list("output_padding", 2, 0);
  const automatic = lift.take("auto_pad", "string") ?? "NOTSET";
  if (automatic === "VALID") given.pads = new Array<number>(2 * axes).fill(0);
  else if (SAME.includes(automatic)) given.pads = samePads(lift, window, automatic === "SAME_UPPER");
  else if (automatic !== "NOTSET") throw lift.attributeError("auto_pad", `is ${automatic}, which cannot be read`);
  return given;
}

const isList = (value: Attribute): value is readonly number[] => typeof value === "object" && areFixed(value);

/** The output has ceil(size / stride) steps; an odd pad more goes behind (upper) or in front (lower). */
function samePads(lift: Lift, { kernel, strides, dilations }: Window, upper: boolean): number[] {
  const total = kernel.map((window, axis) => {
    const size = lift.integer(lift.type(0).shape[axis + 2]!, "the sizes of the map");
    const steps = Math.ceil(size / strides[axis]!);
    return Math.max(0, (steps - 1) * strides[axis]! + (window - 1) * dilations[axis]! + 1 - size);
  });
  const less = total.map((pad) => Math.floor(pad / 2));
  const more = total.map((pad) => Math.ceil(pad / 2));
  return upper ? [...less, ...more] : [...more, ...less];
}
