import { fixedShape, type Node } from "@yolo-compile/ir";
import { change, changeNode } from "../edit.js";
import type { Mutation, MutationOperator, Site } from "../mutation.js";
import { onOptimized } from "./on-optimized.js";

type Mode = "coordinate_transformation_mode" | "nearest_mode" | "mode";

const RESIZE_MODES: readonly (readonly [Mode, string])[] = [
  ["coordinate_transformation_mode", "half_pixel"],
  ["nearest_mode", "ceil"],
  ["nearest_mode", "round_prefer_ceil"],
  ["nearest_mode", "round_prefer_floor"],
  ["mode", "linear"],
];

function misreadResize(node: Node<"Resize">, { pick }: Site): Mutation | undefined {
  const modes = RESIZE_MODES.filter(([name, value]) => node.attributes[name] !== value);
  const mode = modes[pick(modes.length)];
  if (!mode) return undefined;
  const [name, value] = mode;
  const after = changeNode(node, { attributes: { [name]: value } });
  const mutation = { change: `${name} is ${value}`, edits: new Map([[node, [after]]]) };
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

/** The pixels that a nearest Resize takes, axis by axis; undefined where it mixes pixels or its scale is no power of two. */
function pixelsTaken(node: Node): string | undefined {
  if (node.op !== "Resize") return undefined;
  const coordinate = COORDINATES.get(node.attributes.coordinate_transformation_mode);
  const round = ROUNDINGS.get(node.attributes.nearest_mode);
  const { scales } = node.attributes;
  // Powers of two divide without rounding, in ONNX Runtime's single precision as here.
  if (
    node.attributes.mode !== "nearest" ||
    !coordinate ||
    !round ||
    scales.length === 0 ||
    !scales.every((scale) => Number.isInteger(Math.log2(scale)))
  )
    return undefined;
  const shape = fixedShape(node.inputs[0]!);
  const taken = fixedShape(node.outputs[0]!).map((size, axis) =>
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
function overscale(node: Node<"Resize">): Mutation | undefined {
  const shape = fixedShape(node.inputs[0]!);
  const { scales } = node.attributes;
  if (scales.every((scale) => scale === 1)) return undefined;
  return change(node, "the scale is too large by less than a pixel", {
    attributes: { scales: scales.map((scale, axis) => (scale === 1 ? 1 : scale + 0.9 / shape[axis]!)) },
  });
}

/** Mistakes in the resizing of maps. */
export const RESIZE_OPERATORS: readonly MutationOperator[] = [
  onOptimized("misread-resize", ["Resize"], misreadResize),
  onOptimized("overscale-resize", ["Resize"], overscale),
];
