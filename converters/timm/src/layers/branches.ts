import type { Value } from "@yolo-compile/ir";
import { channelsOf, type Scope } from "@yolo-compile/network";
import { type ConvSettings, conv } from "./conv.js";
import { convNormAct } from "./norm.js";

/** Parallel branches of convolutions, in the form in which they are trained. The pass that merges them knows no module. */
export interface Branches {
  readonly k: number;
  readonly s: number;
  readonly g?: ConvSettings["g"];
  /** The normalisation of a branch without a convolution. */
  readonly identityNorm: (scope: Scope, x: Value) => Value;
}

/** The sum of several values. */
export const sum = (scope: Scope, values: readonly Value[]): Value =>
  values.reduce((total, value) => scope.op("Add", [total, value]));

/** One convolution, where a block's branches have been merged in the weights: `reparam_conv`. */
export const mergedConv = (scope: Scope, x: Value, c2: number, { k, s, g }: ConvSettings): Value | undefined =>
  scope.stored("reparam_conv.weight") && conv(scope.child("reparam_conv"), x, c2, { k, s, g, bias: true });

/** The branch that is a normalisation alone, where the map keeps its shape. */
const identityBranch = (scope: Scope, x: Value, c2: number, { s, identityNorm }: Branches): readonly Value[] =>
  s === 1 && channelsOf(x) === c2 ? [identityNorm(scope.child("identity"), x)] : [];

/** k x k, 1x1 and identity, each normalised. RepVggBlock */
export function repVggBranches(scope: Scope, x: Value, c2: number, branches: Branches): Value {
  const { k, s, g } = branches;
  const merged = mergedConv(scope, x, c2, { k, s, g });
  if (merged) return merged;
  return sum(scope, [
    convNormAct(scope.child("conv_kxk"), x, c2, { k, s, g }),
    convNormAct(scope.child("conv_1x1"), x, c2, { s, g }),
    ...identityBranch(scope, x, c2, branches),
  ]);
}

/** Several k x k, 1x1 where k is more than that, identity, each normalised. MobileOneBlock */
export function mobileOneBranches(
  scope: Scope,
  x: Value,
  c2: number,
  branches: Branches & { readonly count: number; readonly scale?: boolean },
): Value {
  const { k, s, g, count, scale = true } = branches;
  const merged = mergedConv(scope, x, c2, { k, s, g });
  if (merged) return merged;
  const all = [...identityBranch(scope, x, c2, branches)];
  if (k > 1 && scale) all.push(convNormAct(scope.child("conv_scale"), x, c2, { s, g }));
  if (count > 0) {
    const list = scope.child("conv_kxk");
    for (let index = 0; index < count; index++) all.push(convNormAct(list.child(String(index)), x, c2, { k, s, g }));
  }
  return sum(scope, all);
}
