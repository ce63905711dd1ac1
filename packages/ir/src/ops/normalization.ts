import type { ValueType } from "@yolo-compile/core";
import { typeError } from "../diagnostics.js";
import { float, int, type OpContext, type OpSchema, op } from "../schema.js";
import { floatSupport } from "../support.js";
import { checkVectors, inputType, normalAxis } from "./context.js";

const SOFTMAX = { axis: int(-1) };

function inferBatchNorm(node: OpContext): ValueType[] {
  const x = inputType(node, 0);
  if (x.shape.length < 2) throw typeError(node.op, "input 0 needs a channel axis", node.inputs);
  checkVectors(node, [1, 2, 3, 4], x.shape[1]!);
  return [x];
}

function inferSoftmax(node: OpContext<typeof SOFTMAX>): ValueType[] {
  const x = inputType(node, 0);
  normalAxis(node, node.attributes.axis, x.shape.length);
  return [x];
}

/** Ops that put numbers on a common scale. */
export const NORMALIZATION = {
  /** (x - mean) / sqrt(var + epsilon) * scale + bias, per channel (axis 1); inputs x, scale, bias, mean, var */
  BatchNormalization: op({
    support: floatSupport(14),
    inputs: [5, 5],
    attributes: { epsilon: float(1e-5) },
    infer: inferBatchNorm,
  }),
  LogSoftmax: op({ support: floatSupport(13), inputs: [1, 1], attributes: SOFTMAX, infer: inferSoftmax }),
  Softmax: op({ support: floatSupport(13), inputs: [1, 1], attributes: SOFTMAX, infer: inferSoftmax }),
} satisfies Record<string, OpSchema>;
