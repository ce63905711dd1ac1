import { sameShape } from "@yolo-compile/core";
import { fixedShape, floats, type Node, type Value } from "@yolo-compile/ir";
import { change, replaceAt } from "../edit.js";
import type { Mutation, MutationOperator, Site } from "../mutation.js";
import { type Mutate, onOptimized } from "./on-optimized.js";

/** A window that lies one element further on, on one axis. */
function shiftWindow(node: Node<"Conv" | "MaxPool">, { pick }: Site): Mutation | undefined {
  const pads = node.attributes.pads;
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
function cutPadding(node: Node<"Conv" | "MaxPool">, { pick }: Site): Mutation | undefined {
  const pads = node.attributes.pads;
  const at = pads.length / 2 + pick(pads.length / 2);
  if (pads[at] === 0 || ("ceil_mode" in node.attributes && node.attributes.ceil_mode === 1)) return undefined;
  return {
    ...change(node, `padding ${at} is ${pads[at]! - 1} instead of ${pads[at]}`, {
      attributes: { pads: replaceAt(pads, at, pads[at]! - 1) },
    }),
    proof: "no window reaches that padding",
  };
}

/** A kernel spread over twice the width, with padding to match. */
function dilate(node: Node<"Conv">): Mutation | undefined {
  const [pads, dilations] = [node.attributes.pads, node.attributes.dilations];
  const kernel = fixedShape(node.inputs[1]!).slice(2);
  if (dilations.some((size) => size !== 1) || kernel.every((size) => size === 1)) return undefined;
  if (kernel.some((size) => size % 2 === 0)) return undefined;
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
  const map = value ? fixedShape(value) : [];
  const reach = [0, 0, 0, 0];
  let pool = producer(value);
  for (; pool?.op === "MaxPool"; pool = producer(pool.inputs[0])) {
    const [pads, kernel] = [pool.attributes.pads, pool.attributes.kernel_shape];
    const steps = [...pool.attributes.strides, ...pool.attributes.dilations];
    if (steps.some((step) => step !== 1) || !sameShape(pool.inputs[0]!.type.shape, map)) break;
    pads.forEach((pad, side) => {
      const behind = kernel[side % 2]! - 1 - pads[side % 2]!;
      reach[side] = reach[side]! + (side < 2 ? pad : behind);
    });
  }
  return map.length === 4 && reach.every((steps, side) => steps >= map[2 + (side % 2)]! - 1);
}

/** The mutation of a pool, which changes nothing where the map under it is one number. */
function onPool(mutate: Mutate<"MaxPool">): Mutate<"MaxPool"> {
  return (node, site) => {
    const mutation = mutate(node, site);
    const proof = "each channel under the pool is one number all over";
    return mutation && isUniform(node.inputs[0], site) ? { ...mutation, proof } : mutation;
  };
}

function shrinkPool(node: Node<"MaxPool">): Mutation | undefined {
  const [sizes, pads] = [node.attributes.kernel_shape, node.attributes.pads];
  if (sizes.some((size) => size < 3) || pads.some((pad) => pad < 1)) return undefined;
  return change(node, `the window is ${sizes.map((size) => size - 2).join("x")} instead of ${sizes.join("x")}`, {
    attributes: { kernel_shape: sizes.map((size) => size - 2), pads: pads.map((pad) => pad - 1) },
  });
}

function averagePool(node: Node<"MaxPool">): Mutation | undefined {
  const { dilations, ...attributes } = node.attributes;
  if (dilations.some((size) => size !== 1)) return undefined;
  return change(node, "the mean is taken instead of the maximum", {
    op: "AveragePool",
    attributes,
  });
}

/** Pad's own padding, moved from one end of an axis to the other. */
function flipPad(node: Node<"Pad">): Mutation {
  const { pads } = node.attributes;
  const half = pads.length / 2;
  return change(node, "padding lies at the other ends", {
    attributes: { pads: [...pads.slice(half), ...pads.slice(0, half)] },
  });
}

/** Mistakes in the windows of convolutions and pools. */
export const WINDOW_OPERATORS: readonly MutationOperator[] = [
  onOptimized("shift-window", ["Conv"], shiftWindow),
  onOptimized("shift-pool", ["MaxPool"], onPool(shiftWindow)),
  onOptimized("cut-padding", ["Conv", "MaxPool"], cutPadding),
  onOptimized("dilate-kernel", ["Conv"], dilate),
  onOptimized("shrink-pool", ["MaxPool"], onPool(shrinkPool)),
  onOptimized("average-pool", ["MaxPool"], onPool(averagePool)),
  onOptimized("maximum-of-mean", ["ReduceMean"], (node) =>
    change(node, "the maximum is taken instead of the mean", {
      op: "ReduceMax",
      attributes: node.attributes,
    }),
  ),
  onOptimized("flip-pad", ["Pad"], flipPad),
  onOptimized("fill-pad", ["Pad"], (node) =>
    node.attributes.mode === "constant"
      ? change(node, "padding repeats the edge", {
          inputs: node.inputs.slice(0, 1),
          attributes: { mode: "edge" },
        })
      : undefined,
  ),
  onOptimized("fill-pad-ones", ["Pad"], (node) =>
    change(node, "padding is 1", { inputs: [...node.inputs.slice(0, 1), floats([1], [])] }),
  ),
];
