import type { Value } from "@yolo-compile/ir";
import { hasIdentity, type Scope, shareOf, sum } from "@yolo-compile/network";
import { type ConvSettings, conv } from "./conv.js";
import { convNormAct, type NormSettings } from "./norm.js";

/** Parallel branches of convolutions, in the form in which they are trained. The pass that merges them knows no module. */
export interface Branches {
  readonly k: number;
  readonly s: number;
  readonly g?: ConvSettings["g"];
  /** The normalisation of a branch without a convolution. */
  readonly identityNorm: (scope: Scope, x: Value, settings: NormSettings) => Value;
}

/** One convolution, where a block's branches have been merged in the weights: `reparam_conv`. */
export const mergedConv = (scope: Scope, x: Value, c2: number, { k, s, g }: ConvSettings): Value | undefined =>
  scope.stored("reparam_conv.weight") && conv(scope.child("reparam_conv"), x, c2, { k, s, g, bias: true });

/** k x k, 1x1 and identity, each normalised. RepVggBlock */
export function repVggBranches(scope: Scope, x: Value, c2: number, { k, s, g, identityNorm }: Branches): Value {
  const merged = mergedConv(scope, x, c2, { k, s, g });
  if (merged) return merged;
  const identity = hasIdentity(x, c2, s);
  const share = { randomScale: shareOf(identity ? 3 : 2) };
  return sum(scope, [
    convNormAct(scope.child("conv_kxk"), x, c2, { k, s, g, ...share }),
    convNormAct(scope.child("conv_1x1"), x, c2, { s, g, ...share }),
    ...(identity ? [identityNorm(scope.child("identity"), x, share)] : []),
  ]);
}

/** Several k x k, 1x1 where k is more than that, identity, each normalised. MobileOneBlock */
export function mobileOneBranches(
  scope: Scope,
  x: Value,
  c2: number,
  branches: Branches & { readonly count: number; readonly scale?: boolean },
): Value {
  const { k, s, g, identityNorm, count, scale = true } = branches;
  const merged = mergedConv(scope, x, c2, { k, s, g });
  if (merged) return merged;
  const identity = hasIdentity(x, c2, s);
  const scales = k > 1 && scale;
  const share = { randomScale: shareOf(count + Number(scales) + Number(identity)) };
  const all = identity ? [identityNorm(scope.child("identity"), x, share)] : [];
  if (scales) all.push(convNormAct(scope.child("conv_scale"), x, c2, { s, g, ...share }));
  if (count > 0) {
    const list = scope.child("conv_kxk");
    for (let at = 0; at < count; at++) all.push(convNormAct(list.child(String(at)), x, c2, { k, s, g, ...share }));
  }
  return sum(scope, all);
}
