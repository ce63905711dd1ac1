import type { Value } from "@yolo-compile/ir";
import { batchNorm2d, type Scope } from "@yolo-compile/network";
import { type Activation, identity } from "../../layers/activation.js";
import { type ConvSettings, conv } from "../../layers/conv.js";
import { IN_RESIDUAL } from "../../layers/norm.js";

/** Settings of a convolution with a BatchNorm, or with a bias in its place, and an activation. */
export interface ConvNorm extends Omit<ConvSettings, "bias"> {
  readonly norm?: boolean;
  /** Whether a convolution without a norm has a bias. */
  readonly bias?: boolean;
  readonly act?: Activation;
  /** Whether it ends a residual branch. */
  readonly residual?: boolean;
}

/** dropout, conv, norm, act. ConvNormAct of MIT's EfficientViT */
export function convNorm(scope: Scope, x: Value, c2: number, settings: ConvNorm = {}): Value {
  const { norm = true, bias = false, act = identity, residual = false } = settings;
  scope.child("dropout");
  const y = conv(scope.child("conv"), x, c2, { ...settings, bias: !norm && bias });
  const inner = scope.child("norm");
  return act(scope.child("act"), norm ? batchNorm2d(inner, y, residual ? { randomScale: IN_RESIDUAL } : {}) : y);
}
