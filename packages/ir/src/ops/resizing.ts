import { rowStrides, type Tensor, type TensorType, toFloat64 } from "@yolo-compile/core";
import { typeError } from "../diagnostics.js";
import { float, type OpContext, type OpSchema, op, string } from "../schema.js";
import { checkChoice, checkScalars, constantInput, constantInts, inputType, normalAxes } from "./context.js";
import { byCoordinates, gatherElements } from "./gather-elements.js";

const PAD = { mode: string("constant") };
const RESIZE = {
  mode: string("nearest"),
  coordinate_transformation_mode: string("asymmetric"),
  nearest_mode: string("floor"),
  cubic_coeff_a: float(-0.75),
};

interface Pads {
  readonly begin: number;
  readonly end: number;
}

/** Where each mode takes the element at `at` of an axis from; undefined is the value. `low` to `high` is left of the axis. */
type PadMode = (at: number, low: number, high: number) => number | undefined;

/** The remainder in [0, size). */
const modulo = (at: number, size: number): number => ((at % size) + size) % size;

/** Negative pads crop first; the modes go on from what is left. */
const PAD_MODES = {
  constant: (at, low, high) => (at >= low && at <= high ? at : undefined),
  edge: (at, low, high) => Math.max(low, Math.min(high, at)),
  reflect: (at, low, high) => (at < low ? 2 * low - at : at > high ? 2 * high - at : at),
  wrap: (at, low, high) => low + modulo(at - low, high - low + 1),
} satisfies Record<string, PadMode>;

/** The pads of every axis of x. */
function padsOf(node: OpContext): Pads[] {
  const x = inputType(node, 0);
  const given = constantInts(node, 1);
  const all = [...x.shape.keys()];
  const axes = node.inputs[3] ? normalAxes(node, constantInts(node, 3), all.length) : all;
  if (given.length !== 2 * axes.length) throw typeError(node.op, "two pads an axis are needed", node.inputs);
  return all.map((axis) => {
    const index = axes.indexOf(axis);
    return index < 0 ? { begin: 0, end: 0 } : { begin: given[index]!, end: given[index + axes.length]! };
  });
}

function inferPad(node: OpContext<typeof PAD>): TensorType[] {
  const x = inputType(node, 0);
  checkChoice(node, "mode", Object.keys(PAD_MODES));
  checkScalars(node, [2]);
  if (node.inputs[2] && node.inputs[2].dtype !== x.dtype)
    throw typeError(node.op, "input 2 must have the element type of input 0", node.inputs);
  const pads = padsOf(node);
  const left = pads.map(({ begin, end }, axis) => x.shape[axis]! + Math.min(begin, 0) + Math.min(end, 0));
  if (left.some((size) => size < 0)) throw typeError(node.op, "nothing is left", node.inputs);
  const { mode } = node.attributes;
  const reach = ({ begin, end }: Pads): number => Math.max(begin, end, 0) + (mode === "reflect" ? 1 : 0);
  pads.forEach((pad, axis) => {
    if (mode !== "constant" && (pad.begin > 0 || pad.end > 0) && left[axis]! < (mode === "reflect" ? reach(pad) : 1))
      throw typeError(node.op, `the pads of axis ${axis} reach past its ${left[axis]} elements`, node.inputs);
  });
  return [{ dtype: x.dtype, shape: pads.map(({ begin, end }, axis) => x.shape[axis]! + begin + end) }];
}

function foldPad(node: OpContext<typeof PAD>, [x, , value]: readonly (Tensor | undefined)[]): Tensor[] {
  const shape = inferPad(node)[0]!.shape;
  const pads = padsOf(node);
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

function inferResize(node: OpContext): TensorType[] {
  const x = inputType(node, 0);
  checkChoice(node, "mode", ["nearest", "linear", "cubic"]);
  checkChoice(node, "coordinate_transformation_mode", COORDINATES);
  checkChoice(node, "nearest_mode", ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"]);
  const scales = Array.from(toFloat64(constantInput(node, 2)));
  if (scales.length !== x.shape.length || !scales.every((scale) => scale > 0 && Number.isFinite(scale)))
    throw typeError(node.op, "one scale above 0 an axis is needed", node.inputs);
  // The product is one of single precision, in ONNX's own inference as in ONNX Runtime.
  return [{ dtype: x.dtype, shape: x.shape.map((size, axis) => Math.floor(Math.fround(size * scales[axis]!))) }];
}

/** Ops that change the size of a map. */
export const RESIZING = {
  /** Inputs x, pads (all begins, then all ends), value?, axes? */
  Pad: op({
    inputs: [2, 4],
    attributes: PAD,
    infer: inferPad,
    fold: foldPad,
    traits: { keepsOrder: (node) => padsOf(node).every(({ begin, end }) => begin === 0 && end === 0) },
  }),
  /** Inputs x, roi (left out), scales. */
  Resize: op({ inputs: [1, 3], attributes: RESIZE, infer: inferResize, traits: { singleInputs: [1, 2] } }),
} satisfies Record<string, OpSchema>;
