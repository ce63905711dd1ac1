import type { Value } from "@yolo-compile/ir";
import { applyActivation, type PyValue, type Scope } from "@yolo-compile/network";

/** Emits an activation in the scope of its own module. */
export type Activation = (scope: Scope, x: Value) => Value;

const torch =
  (call: string, keywords: Readonly<Record<string, PyValue>> = {}): Activation =>
  (scope, x) =>
    applyActivation(scope, x, { call, args: [], keywords: new Map(Object.entries(keywords)) });

/** torch.nn.Identity: counted as a module, no node. */
export const identity: Activation = (_, x) => x;

/** max(x, 0) */
export const relu = torch("ReLU");
/** max(x, 0), at most 6 */
export const relu6 = torch("ReLU6");
/** x * sigmoid(x) */
export const silu = torch("SiLU");
/** x * {@link hardSigmoid}(x) */
export const hardSwish = torch("Hardswish");
/** 1 / (1 + e^-x) */
export const sigmoid = torch("Sigmoid");
/** relu6(x + 3) / 6 */
export const hardSigmoid = torch("Hardsigmoid");
/** By erf. */
export const gelu = torch("GELU");
/** By tanh. */
export const geluTanh = torch("GELU", { approximate: "tanh" });
/** Slope 0.01. */
export const leakyRelu = torch("LeakyReLU");
