import { type DType, sameShape, type ValueType } from "@yolo-compile/core";
import { typeError } from "../diagnostics.js";
import { int, type OpContext, type OpSchema, op } from "../schema.js";
import type { OpsetSupport } from "../support.js";
import { checkVectors, inputType, normalAxis } from "./context.js";

const AXIS = { axis: int(1) };

/** Element types that 8 bits hold. */
const BYTES: readonly DType[] = ["u8", "i8"];

/** One scale for all elements, or one for each place along the axis; the zero point has the scale's shape. */
function checkScale(node: OpContext<typeof AXIS>): void {
  const { shape } = inputType(node, 0);
  const scale = inputType(node, 1);
  const zero = node.inputs[2];
  if (scale.shape.length > 0) {
    checkVectors(node, [1], shape[normalAxis(node, node.attributes.axis, shape.length)]!);
    if (shape.length === 0) throw typeError(node.op, "input 1 must be a scalar", node.inputs);
  }
  if (zero && !sameShape(zero.shape, scale.shape))
    throw typeError(node.op, "input 2 must have the shape of input 1", node.inputs);
}

const support = (types: readonly DType[], zero: readonly DType[]): OpsetSupport => ({
  types: [[13, types]],
  inputs: { 1: ["f32"], 2: zero },
});

/** Ops between float32 and integers of 8 bits. */
export const QUANTIZATION = {
  /** round(x / scale) + zero, within the type of `zero`, which is u8 where it is left out; inputs x, scale, zero? */
  QuantizeLinear: op({
    support: support(["f32"], BYTES),
    inputs: [2, 3],
    attributes: AXIS,
    infer: (node): ValueType[] => {
      checkScale(node);
      return [{ dtype: node.inputs[2]?.dtype ?? "u8", shape: inputType(node, 0).shape }];
    },
  }),
  /** (x - zero) * scale; inputs x, scale, zero? */
  DequantizeLinear: op({
    support: support([...BYTES, "i32"], [...BYTES, "i32"]),
    inputs: [2, 3],
    attributes: AXIS,
    infer: (node): ValueType[] => {
      checkScale(node);
      const x = inputType(node, 0);
      if (node.inputs[2] && node.inputs[2].dtype !== x.dtype)
        throw typeError(node.op, "input 2 must have the element type of input 0", node.inputs);
      return [{ dtype: "f32", shape: x.shape }];
    },
  }),
} satisfies Record<string, OpSchema>;
