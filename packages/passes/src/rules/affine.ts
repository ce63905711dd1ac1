import { toFloat64 } from "@yolo-compile/core";
import type { Node } from "@yolo-compile/ir";
import { constantInputs } from "../rule.js";

/** y = x · scale + shift for each channel, in float64. */
export interface Affine {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/** The BatchNorm as scale = γ / √(var + ε) and shift = β − mean · scale; undefined where its statistics are computed. */
export function affineOf(node: Node<"BatchNormalization">): Affine | undefined {
  const vectors = constantInputs(node, [1, 2, 3, 4]);
  if (!vectors) return undefined;
  const [gamma, beta, mean, variance] = vectors.map((vector) => toFloat64(vector!)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const { epsilon } = node.attributes;
  const scale = gamma.map((value, channel) => value / Math.sqrt(variance[channel]! + epsilon));
  return { scale, shift: beta.map((value, channel) => value - mean[channel]! * scale[channel]!) };
}
