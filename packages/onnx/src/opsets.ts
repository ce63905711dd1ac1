import type { DType } from "@yolo-compile/core";
import { type Attributes, type Node, type OpsetSupport, schemaOf } from "@yolo-compile/ir";
import { inputTypeError, missingInOpset, opsetRange } from "./diagnostics.js";
import { OPSETS } from "./opset-range.js";

/** Opset to the ir_version that came with it (ONNX docs/Versioning.md). */
const IR_VERSIONS: readonly (readonly [opset: number, irVersion: number])[] = [
  [25, 13],
  [24, 12],
  [23, 11],
  [21, 10],
  [19, 9],
  [15, 8],
  [12, 7],
  [11, 6],
];

/** @throws onnx/opset outside of {@link OPSETS} */
export function irVersionOf(opset: number): number {
  const found = IR_VERSIONS.find(([first]) => opset >= first);
  if (!found || !Number.isInteger(opset) || opset > OPSETS.max) throw opsetRange(opset, OPSETS);
  return found[1];
}

/** The first opset that takes elements of `dtype`; undefined if there is none. */
const lowestOpset = ({ types }: OpsetSupport, dtype: DType): number | undefined =>
  types.find(([, dtypes]) => dtypes.includes(dtype))?.[0];

/** @throws onnx/opset, onnx/input-type where `opset` has no such node */
export function checkSupported(node: Node, opset: number): void {
  const { op } = node;
  const attributes: Attributes = node.attributes;
  const where = node.origin.path;
  const { dtype } = (node.inputs[0] ?? node.outputs[0]!).type;
  const { support } = schemaOf(op);
  const lowest = lowestOpset(support, dtype);
  if (lowest === undefined || lowest > opset) throw missingInOpset(`${op} of ${dtype}`, opset, { from: lowest }, where);
  for (const { attribute, value, from = 0, until = OPSETS.max } of support.values ?? [])
    if (attributes[attribute] === value && (opset < from || opset > until))
      throw missingInOpset(`${op} with ${attribute} "${value}"`, opset, from > 0 ? { from } : { until }, where);
  const { inputs = {} } = support;
  node.inputs.forEach((input, index) => {
    const allowed = inputs[index] ?? [dtype];
    if (input && !allowed.includes(input.type.dtype)) throw inputTypeError(op, index, input.type, allowed, where);
  });
}
