import { addSizes, multiplySizes, type Size, sameSize, type ValueType } from "@yolo-compile/core";
import { typeError } from "../diagnostics.js";
import { int, ints, type OpContext, type OpSchema, op } from "../schema.js";
import { floatSupport } from "../support.js";
import { checkElementTypes, checkVectors, fixedRanked, inputType, ranked, reaches } from "./context.js";
import { slide, windowOf } from "./window.js";

const CONV = { dilations: ints([1, 1]), group: int(1), pads: ints([0, 0, 0, 0]), strides: ints([1, 1]) };
const CONV_TRANSPOSE = { ...CONV, output_padding: ints([0, 0]) };

/** Over one spatial axis or two. */
function inferConv(node: OpContext<typeof CONV>): ValueType[] {
  const rank = [0, 1].every((index) => inputType(node, index).shape.length === 3) ? 3 : 4;
  const x = ranked(node, 0, rank);
  const [filters, perGroup, ...kernel] = fixedRanked(node, 1, rank) as [number, number, ...number[]];
  const { group } = node.attributes;
  checkElementTypes(node);
  if (!sameSize(x.shape[1], perGroup * group) || filters % group !== 0)
    throw typeError(node.op, `${x.shape[1]} channels do not fit the weight in ${group} groups`, node.inputs);
  checkVectors(node, [2], filters);
  return [{ dtype: x.dtype, shape: [x.shape[0]!, filters, ...slide(node, node.attributes, kernel)] }];
}

function inferConvTranspose(node: OpContext<typeof CONV_TRANSPOSE>): ValueType[] {
  const x = ranked(node, 0, 4);
  const [channels, perGroup, ...kernel] = fixedRanked(node, 1, 4) as [number, number, number, number];
  const { group, output_padding: more } = node.attributes;
  checkElementTypes(node);
  if (!sameSize(x.shape[1], channels) || channels % group !== 0)
    throw typeError(node.op, `${x.shape[1]} channels do not fit the weight in ${group} groups`, node.inputs);
  checkVectors(node, [2], perGroup * group);
  const { dilations, pads, strides } = windowOf(node, node.attributes);
  // More would make rows that no input reaches; ONNX Runtime refuses it.
  if (more.length !== 2 || more.some((size, axis) => size < 0 || size >= strides[axis]!))
    throw typeError(node.op, `output_padding [${more.join(",")}] is not below the strides`, node.inputs);
  const spatial = kernel.map((size, axis): Size => {
    const reach = dilations[axis]! * (size - 1) + 1;
    const extra = more[axis]! - pads[axis]! - pads[axis + 2]!;
    return addSizes(multiplySizes(strides[axis]!, x.shape[axis + 2]!), reach + extra - strides[axis]!);
  });
  if (!spatial.every((size) => reaches(node, "what is left of the map", size, 1)))
    throw typeError(node.op, "nothing is left of the map", node.inputs);
  return [{ dtype: x.dtype, shape: [x.shape[0]!, perGroup * group, ...spatial] }];
}

/** Whether each output pixel depends on the input pixel at its place alone. */
const isPointwise = (node: OpContext<typeof CONV>): boolean =>
  inputType(node, 1)
    .shape.slice(2)
    .every((size) => size === 1) &&
  node.attributes.strides.every((step) => step === 1) &&
  node.attributes.pads.every((pad) => pad === 0);

/** Ops that slide weights over a map of two spatial axes. */
export const CONVOLUTION = {
  /** x: [n,c,h,w], w: [filters,c/group,kh,kw], b?: [filters]; or one spatial axis, and then its attributes are given */
  Conv: op({
    support: floatSupport(22),
    inputs: [2, 3],
    attributes: CONV,
    infer: inferConv,
    traits: { sums: "products", pixelwise: (node) => (isPointwise(node) ? [0] : []) },
  }),
  /** x: [n,c,h,w], w: [c,filters/group,kh,kw], b?: [filters] */
  ConvTranspose: op({
    support: floatSupport(22),
    inputs: [2, 3],
    attributes: CONV_TRANSPOSE,
    infer: inferConvTranspose,
    traits: { sums: "products" },
  }),
} satisfies Record<string, OpSchema>;
