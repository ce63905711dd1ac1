import { multiplySizes } from "@yolo-compile/core";
import type { Value } from "@yolo-compile/ir";
import { channelsOf, concat, convBnAct as conv, conv2d, mapSizes, reshape, type Scope } from "@yolo-compile/network";
import { dwConv } from "../modules/conv.js";

/** Prefix of the names of a head's second copy. */
export const SECOND = "one2one_";

/** Emits one level's logits from its map, in the scope of the branch. */
export type Branch = (scope: Scope, x: Value) => Value;

/** Two 3x3 convolutions, then a plain one. */
export const wideBranch =
  (hidden: number, channels: number): Branch =>
  (scope, x) => {
    const y = conv(scope.child("1"), conv(scope.child("0"), x, hidden, { k: 3 }), hidden, { k: 3 });
    return conv2d(scope.child("2"), y, channels);
  };

/** As {@link wideBranch}, each 3x3 split into a depthwise and a pointwise one. */
export const lightBranch =
  (hidden: number, channels: number): Branch =>
  (scope, x) => {
    const separable = (pair: Scope, y: Value): Value =>
      conv(pair.child("1"), dwConv(pair.child("0"), y, channelsOf(y), { k: 3 }), hidden);
    const y = separable(scope.child("1"), separable(scope.child("0"), x));
    return conv2d(scope.child("2"), y, channels);
  };

/** The branches of all levels, registered as `name`. */
export function branchMaps(scope: Scope, name: string, inputs: readonly Value[], branch: Branch): readonly Value[] {
  const list = scope.child(name);
  const build = (): readonly Value[] => inputs.map((x, level) => branch(list.child(String(level)), x));
  return name.startsWith(SECOND) ? scope.copied(build) : build();
}

/** Maps side by side, pixel by pixel. xs: [n,c,h,w] -> [n,c,anchors] */
export function joinLevels(scope: Scope, maps: readonly Value[]): Value {
  const rows = maps.map((x) => {
    const [n, c, h, w] = mapSizes(x);
    return reshape(scope, x, [n, c, multiplySizes(h, w)]);
  });
  return rows.length === 1 ? rows[0]! : concat(scope, rows, 2);
}
