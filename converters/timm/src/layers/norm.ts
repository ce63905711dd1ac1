import type { Value } from "@yolo-compile/ir";
import { batchNorm2d, type Scope } from "@yolo-compile/network";
import { type Activation, identity } from "./activation.js";
import { type ConvSettings, conv } from "./conv.js";

/**
 * The magnitude of random weights in the last BatchNorm of a residual branch, which training starts at zero: dozens of
 * residuals in a row add up.
 */
export const IN_RESIDUAL = 0.2;

/** torch's own epsilon, which YOLOv5's initialize_weights leaves alone in any class but nn.BatchNorm2d itself. */
const OWN_EPS = 1e-5;

/** Settings of a BatchNormAct2d. */
export interface NormSettings {
  readonly eps?: number | undefined;
  /** The magnitude, relative to the usual one, of random weights. */
  readonly randomScale?: number | undefined;
}

/** BatchNorm with the activation inside. BatchNormAct2d */
export function batchNormAct(scope: Scope, x: Value, act: Activation = identity, settings: NormSettings = {}): Value {
  const { eps = OWN_EPS, randomScale } = settings;
  const y = batchNorm2d(scope, x, { eps, randomScale, counted: false });
  scope.child("drop");
  return act(scope.child("act"), y);
}

/** Convolution, BatchNormAct2d: `conv`, `bn`. ConvNormAct */
export function convNormAct(
  scope: Scope,
  x: Value,
  c2: number,
  settings: ConvSettings & NormSettings & { readonly act?: Activation | undefined } = {},
): Value {
  return batchNormAct(scope.child("bn"), conv(scope.child("conv"), x, c2, settings), settings.act, settings);
}
