import {
  addSizes,
  floorDivide,
  isAtLeast,
  isFixed,
  multiplySizes,
  rowStrides,
  type Size,
  type Tensor,
  type TensorType,
  type ValueType,
} from "@yolo-compile/core";
import { typeError, undecidedSize } from "../diagnostics.js";
import { float, floats, type OpContext, type OpSchema, op, sizes, string } from "../schema.js";
import { anySupport, FLOATS, NARROW, WIDE } from "../support.js";
import { checkChoice, checkScalars, divided, inputType, reaches } from "./context.js";
import { byCoordinates, gatherElements } from "./gather-elements.js";

const PAD = { pads: sizes(), mode: string("constant") };
const RESIZE = {
  mode: string("nearest"),
  coordinate_transformation_mode: string("asymmetric"),
  nearest_mode: string("floor"),
  cubic_coeff_a: float(-0.75),
  scales: floats([]),
  sizes: sizes([]),
};

interface Pads {
  readonly begin: Size;
  readonly end: Size;
}

/** The place whose element goes to `at`, on an axis of which `low` to `high` is left; undefined for the pad's value. */
type PadMode = (at: number, low: number, high: number) => number | undefined;

/** The remainder, in [0, size). */
const modulo = (at: number, size: number): number => ((at % size) + size) % size;

/** Negative pads crop first; the modes go on from what is left. */
const PAD_MODES = {
  constant: (at, low, high) => (at >= low && at <= high ? at : undefined),
  edge: (at, low, high) => Math.max(low, Math.min(high, at)),
  reflect: (at, low, high) => (at < low ? 2 * low - at : at > high ? 2 * high - at : at),
  wrap: (at, low, high) => low + modulo(at - low, high - low + 1),
} satisfies Record<string, PadMode>;

/** The pads of every axis of x. */
function padsOf(node: OpContext<typeof PAD>): Pads[] {
  const { shape } = inputType(node, 0);
  const { pads } = node.attributes;
  if (pads.length !== 2 * shape.length) throw typeError(node.op, "two pads an axis are needed", node.inputs);
  return shape.map((_, axis) => ({ begin: pads[axis]!, end: pads[axis + shape.length]! }));
}

function inferPad(node: OpContext<typeof PAD>): ValueType[] {
  const x = inputType(node, 0);
  checkChoice(node, "mode", Object.keys(PAD_MODES));
  checkScalars(node, [1]);
  if (node.inputs[1] && node.inputs[1].dtype !== x.dtype)
    throw typeError(node.op, "input 1 must have the element type of input 0", node.inputs);
  const pads = padsOf(node);
  const cropped = (pad: Size): Size => (reaches(node, "a pad", pad, 0) ? 0 : pad);
  const left = pads.map(({ begin, end }, axis) => addSizes(addSizes(x.shape[axis]!, cropped(begin)), cropped(end)));
  if (!left.every((size) => reaches(node, "what is left of an axis", size, 0)))
    throw typeError(node.op, "nothing is left", node.inputs);
  for (const [axis, pad] of pads.entries()) checkReach(node, axis, pad, left[axis]!);
  return [
    { dtype: x.dtype, shape: pads.map(({ begin, end }, axis) => addSizes(addSizes(x.shape[axis]!, begin), end)) },
  ];
}

/** Every mode but `constant` takes its elements from what is left of an axis, `reflect` without the one at the edge. */
function checkReach(node: OpContext<typeof PAD>, axis: number, { begin, end }: Pads, left: Size): void {
  const { mode } = node.attributes;
  if (mode === "constant") return;
  for (const pad of [begin, end]) {
    const spare = mode === "reflect" ? addSizes(left, multiplySizes(addSizes(pad, 1), -1)) : addSizes(left, -1);
    if (isAtLeast(multiplySizes(pad, -1), 0) || reaches(node, "what an axis has over its pad", spare, 0)) continue;
    throw typeError(node.op, `the pads of axis ${axis} reach past its ${left} elements`, node.inputs);
  }
}

function foldPad(
  node: OpContext<typeof PAD>,
  [x, value]: readonly (Tensor | undefined)[],
  [type]: readonly TensorType[],
): Tensor[] {
  const { shape } = type!;
  const pads = padsOf(node) as { begin: number; end: number }[]; // folded only where no size has a symbol
  const strides = rowStrides(x!.shape);
  const mode: PadMode = PAD_MODES[node.attributes.mode as keyof typeof PAD_MODES]; // inferPad checks it
  const source = byCoordinates(shape, (at) => {
    let offset = 0;
    for (let axis = 0; axis < at.length; axis++) {
      const { begin, end } = pads[axis]!;
      const from = mode(at[axis]! - begin, Math.max(0, -begin), x!.shape[axis]! - 1 + Math.min(end, 0));
      if (from === undefined) return -1;
      offset += from * strides[axis]!;
    }
    return offset;
  });
  return [gatherElements(x!, shape, source, value)];
}

const COORDINATES = [
  "half_pixel",
  "half_pixel_symmetric",
  "pytorch_half_pixel",
  "align_corners",
  "asymmetric",
  "tf_half_pixel_for_nn",
];

function inferResize(node: OpContext<typeof RESIZE>): ValueType[] {
  const x = inputType(node, 0);
  checkChoice(node, "mode", ["nearest", "linear", "cubic"]);
  checkChoice(node, "coordinate_transformation_mode", COORDINATES);
  checkChoice(node, "nearest_mode", ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"]);
  const { scales, sizes: target } = node.attributes;
  if (scales.length === 0 && target.length === x.shape.length && target.every((size) => isAtLeast(size, 1)))
    return [{ dtype: x.dtype, shape: target }];
  const scaled = scales.length === x.shape.length && scales.every((scale) => scale > 0 && Number.isFinite(scale));
  if (!scaled || target.length > 0)
    throw typeError(node.op, "one scale above 0 or one size above 0 an axis is needed", node.inputs);
  return [{ dtype: x.dtype, shape: x.shape.map((size, axis) => scaledSize(node, size, scales[axis]!)) }];
}

/** Denominators of scales whose products single precision has exactly, as long as sides are below 2^20. */
const DENOMINATORS = [1, 2, 4, 8, 16];

/** The product is one of single precision, in ONNX's own inference as in ONNX Runtime. */
function scaledSize(node: OpContext, size: Size, scale: number): Size {
  if (isFixed(size)) return Math.floor(Math.fround(size * scale));
  const below = DENOMINATORS.find((denominator) => Number.isInteger(scale * denominator));
  if (below === undefined)
    throw undecidedSize(node.op, `${size} by the scale ${scale} is known only for some`, size, node.inputs);
  const parts = multiplySizes(size, scale * below);
  return divided(node, floorDivide(parts, below), `${below} times the scaled size`, parts, below);
}

/** Ops that change the size of a map. */
export const RESIZING = {
  /** Inputs x, value?; the pads are all begins, then all ends. */
  Pad: op({
    support: {
      types: [
        [11, [...FLOATS, ...WIDE, ...NARROW]],
        [13, ["bf16", "bool"]],
      ],
      values: [{ attribute: "mode", value: "wrap", from: 19 }],
    },
    inputs: [1, 2],
    attributes: PAD,
    infer: inferPad,
    fold: foldPad,
    traits: { keepsOrder: ({ attributes }) => attributes.pads.every((pad) => pad === 0) },
  }),
  /** By scales or to sizes. */
  Resize: op({
    support: anySupport({
      values: [
        { attribute: "coordinate_transformation_mode", value: "half_pixel_symmetric", from: 19 },
        { attribute: "coordinate_transformation_mode", value: "tf_half_pixel_for_nn", until: 12 },
      ],
    }),
    inputs: [1, 1],
    attributes: RESIZE,
    infer: inferResize,
  }),
} satisfies Record<string, OpSchema>;
