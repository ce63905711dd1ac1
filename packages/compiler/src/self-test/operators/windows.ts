import { sameShape, toFloat64, toNumbers } from "@yolo-compile/core";
import { floats, integers, type Node, numberOf, numbersOf, stringOf, type Value } from "@yolo-compile/ir";
import { change, changeConstant, replaceAt } from "../edit.js";
import type { Mutation, MutationOperator, Site } from "../mutation.js";

const optimized = (name: string, ops: readonly string[], mutate: MutationOperator["mutate"]): MutationOperator => ({
  name,
  ops,
  stage: "optimized",
  mutate,
});

/** A window that lies one element further on, on one axis. */
function shiftWindow(node: Node, { pick }: Site): Mutation | undefined {
  const pads = numbersOf(node, "pads");
  const axes = pads.length / 2;
  const axis = pick(axes);
  const [before, after] = [pads[axis]!, pads[axis + axes]!];
  const step = pick(2) === 0 ? 1 : -1;
  if (before - step < 0 || after + step < 0) return undefined;
  return change(node, `padding on axis ${axis} is ${before - step}, ${after + step} instead of ${before}, ${after}`, {
    attributes: { pads: replaceAt(replaceAt(pads, axis, before - step), axis + axes, after + step) },
  });
}

/**
 * One element less of padding behind the map. Where the result keeps its size every window ends before that element, since
 * all of them begin where they did.
 */
function cutPadding(node: Node, { pick }: Site): Mutation | undefined {
  const pads = numbersOf(node, "pads");
  const at = pads.length / 2 + pick(pads.length / 2);
  if (pads[at] === 0 || node.attributes.ceil_mode === 1) return undefined;
  return {
    ...change(node, `padding ${at} is ${pads[at]! - 1} instead of ${pads[at]}`, {
      attributes: { pads: replaceAt(pads, at, pads[at]! - 1) },
    }),
    proof: "no window reaches that padding",
  };
}

/** A kernel spread over twice the width, with padding to match. */
function dilate(node: Node): Mutation | undefined {
  const [pads, dilations] = [numbersOf(node, "pads"), numbersOf(node, "dilations")];
  const kernel = node.inputs[1]!.type.shape.slice(2);
  if (dilations.some((size) => size !== 1) || kernel.every((size) => size === 1)) return undefined;
  return change(node, "dilation is 2", {
    attributes: {
      dilations: dilations.map(() => 2),
      pads: pads.map((pad, index) => pad + (kernel[index % kernel.length]! - 1) / 2),
    },
  });
}

/**
 * Whether each element of a map that MaxPools of stride 1 made, one after the other, is the maximum of the whole map. Any
 * pool of that gives the same number again.
 */
function isUniform(value: Value | undefined, { producer }: Site): boolean {
  const map = value?.type.shape ?? [];
  const reach = [0, 0, 0, 0];
  let pool = producer(value);
  for (; pool?.op === "MaxPool"; pool = producer(pool.inputs[0])) {
    const [pads, kernel] = [numbersOf(pool, "pads"), numbersOf(pool, "kernel_shape")];
    const steps = [...numbersOf(pool, "strides"), ...numbersOf(pool, "dilations")];
    if (steps.some((step) => step !== 1) || !sameShape(pool.inputs[0]!.type.shape, map)) break;
    pads.forEach((pad, side) => {
      const behind = kernel[side % 2]! - 1 - pads[side % 2]!;
      reach[side] = reach[side]! + (side < 2 ? pad : behind);
    });
  }
  return map.length === 4 && reach.every((steps, side) => steps >= map[2 + (side % 2)]! - 1);
}

/** The mutation of a pool, which changes nothing where the map under it is one number. */
function onPool(mutate: MutationOperator["mutate"]): MutationOperator["mutate"] {
  return (node, site) => {
    const mutation = mutate(node, site);
    const proof = "each channel under the pool is one number all over";
    return mutation && isUniform(node.inputs[0], site) ? { ...mutation, proof } : mutation;
  };
}

function shrinkPool(node: Node): Mutation | undefined {
  const [sizes, pads] = [numbersOf(node, "kernel_shape"), numbersOf(node, "pads")];
  if (sizes.some((size) => size < 3) || pads.some((pad) => pad < 1)) return undefined;
  return change(node, `the window is ${sizes.map((size) => size - 2).join("x")} instead of ${sizes.join("x")}`, {
    attributes: { kernel_shape: sizes.map((size) => size - 2), pads: pads.map((pad) => pad - 1) },
  });
}

function averagePool(node: Node): Mutation | undefined {
  const { kernel_shape = [], pads = [], strides = [], ceil_mode = 0 } = node.attributes;
  if (numbersOf(node, "dilations").some((size) => size !== 1)) return undefined;
  return change(node, "the mean is taken instead of the maximum", {
    op: "AveragePool",
    attributes: { kernel_shape, pads, strides, ceil_mode },
  });
}

/** Pad's own padding, moved from one end of an axis to the other. */
function flipPad(node: Node): Mutation | undefined {
  const pads = node.inputs[1];
  if (!pads?.constant) return undefined;
  const given = toNumbers(pads.constant.read());
  const half = given.length / 2;
  return change(node, "padding lies at the other ends", {
    inputs: replaceAt(node.inputs, 1, integers([...given.slice(half), ...given.slice(0, half)])),
  });
}

const RESIZE_MODES: readonly Readonly<Record<string, string>>[] = [
  { coordinate_transformation_mode: "half_pixel" },
  { nearest_mode: "ceil" },
  { nearest_mode: "round_prefer_ceil" },
  { nearest_mode: "round_prefer_floor" },
  { mode: "linear" },
];

function misreadResize(node: Node, { pick }: Site): Mutation | undefined {
  const modes = RESIZE_MODES.filter((mode) =>
    Object.entries(mode).some(([name, value]) => node.attributes[name] !== value),
  );
  const mode = modes[pick(modes.length)];
  if (!mode) return undefined;
  const mutation = change(
    node,
    Object.entries(mode)
      .map(([name, value]) => `${name} is ${value}`)
      .join(),
    { attributes: mode },
  );
  const [[, [after]]] = [...mutation.edits] as [[Node, [Node]]];
  return takesSamePixels(node, after) ? { ...mutation, proof: "the same pixels are taken" } : mutation;
}

const COORDINATES: ReadonlyMap<string, (at: number, scale: number) => number> = new Map([
  ["asymmetric", (at, scale) => at / scale],
  ["half_pixel", (at, scale) => (at + 0.5) / scale - 0.5],
]);

const ROUNDINGS: ReadonlyMap<string, (at: number) => number> = new Map([
  ["floor", Math.floor],
  ["ceil", Math.ceil],
  ["round_prefer_floor", (at) => Math.ceil(at - 0.5)],
  ["round_prefer_ceil", (at) => Math.floor(at + 0.5)],
]);

/** Which pixels a nearest Resize takes, axis by axis; undefined where it mixes pixels or scales by no power of two. */
function pixelsTaken(node: Node): string | undefined {
  const coordinate = COORDINATES.get(stringOf(node, "coordinate_transformation_mode"));
  const round = ROUNDINGS.get(stringOf(node, "nearest_mode"));
  const scales = toFloat64(node.inputs[2]!.constant!.read());
  // Powers of two divide without rounding, in ONNX Runtime's single precision as here.
  if (
    stringOf(node, "mode") !== "nearest" ||
    !coordinate ||
    !round ||
    !scales.every((scale) => Number.isInteger(Math.log2(scale)))
  )
    return undefined;
  const { shape } = node.inputs[0]!.type;
  const taken = node.outputs[0]!.type.shape.map((size, axis) =>
    Array.from({ length: size }, (_, at) =>
      Math.max(0, Math.min(shape[axis]! - 1, round(coordinate(at, scales[axis]!)))),
    ),
  );
  return JSON.stringify(taken);
}

const takesSamePixels = (a: Node, b: Node): boolean => {
  const taken = pixelsTaken(a);
  return taken !== undefined && taken === pixelsTaken(b);
};

/** A scale that is too large by less than one pixel in all. */
function overscale(node: Node): Mutation | undefined {
  const { shape } = node.inputs[0]!.type;
  const scales = node.inputs[2];
  if (!scales?.constant || toFloat64(scales.constant.read()).every((scale) => scale === 1)) return undefined;
  return changeConstant(node, 2, "the scale is too large by less than a pixel", (numbers) =>
    numbers.map((scale, axis) => (scale === 1 ? 1 : scale + 0.9 / shape[axis]!)),
  );
}

/** Mistakes in what a window or a resize looks at. */
export const WINDOW_OPERATORS: readonly MutationOperator[] = [
  optimized("shift-window", ["Conv"], shiftWindow),
  optimized("shift-pool", ["MaxPool"], onPool(shiftWindow)),
  optimized("cut-padding", ["Conv", "MaxPool"], cutPadding),
  optimized("dilate-kernel", ["Conv"], dilate),
  optimized("shrink-pool", ["MaxPool"], onPool(shrinkPool)),
  optimized("average-pool", ["MaxPool"], onPool(averagePool)),
  optimized("maximum-of-mean", ["ReduceMean"], (node) =>
    change(node, "the maximum is taken instead of the mean", {
      op: "ReduceMax",
      attributes: { keepdims: numberOf(node, "keepdims") },
    }),
  ),
  optimized("flip-pad", ["Pad"], flipPad),
  optimized("fill-pad", ["Pad"], (node) =>
    stringOf(node, "mode") === "constant"
      ? change(node, "padding repeats the edge", {
          inputs: node.inputs.length > 2 ? replaceAt(node.inputs, 2, undefined) : node.inputs,
          attributes: { mode: "edge" },
        })
      : undefined,
  ),
  optimized("fill-pad-ones", ["Pad"], (node) =>
    change(node, "padding is 1", { inputs: [...node.inputs.slice(0, 2), floats([1], []), ...node.inputs.slice(3)] }),
  ),
  optimized("misread-resize", ["Resize"], misreadResize),
  optimized("overscale-resize", ["Resize"], overscale),
];
