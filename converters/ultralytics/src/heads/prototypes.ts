import type { Value } from "@yolo-compile/ir";
import {
  channelsOf,
  convBnAct as conv,
  convTranspose2d,
  type Scope,
  timesLonger,
  upsample,
} from "@yolo-compile/network";
import { semanticBranch } from "./tasks.js";

/** Mask prototypes: [n,c,h,w] -> [n,masks,2h,2w]. ultralytics 8.4 nn/modules/block.py Proto */
export function prototypes(scope: Scope, x: Value, hidden: number, masks: number): Value {
  const y = conv(scope.child("cv1"), x, hidden, { k: 3 });
  const larger = convTranspose2d(scope.child("upsample"), y, hidden, { k: 2, s: 2 });
  return conv(scope.child("cv3"), conv(scope.child("cv2"), larger, hidden, { k: 3 }), masks);
}

/** Prototypes of all levels, summed at the size of the first. ultralytics 8.4 nn/modules/block.py Proto26 */
export function prototypes26(scope: Scope, inputs: readonly Value[], hidden: number, masks: number, nc: number): Value {
  const [first, ...smaller] = inputs as [Value, ...Value[]];
  const list = scope.child("feat_refine");
  let sum = first;
  smaller.forEach((x, index) => {
    const refined = conv(list.child(String(index)), x, channelsOf(first));
    const scale = (axis: number): number => timesLonger(scope, first.type.shape[axis]!, x.type.shape[axis]!);
    sum = scope.op("Add", [sum, upsample(scope, refined, [scale(2), scale(3)], "nearest")]);
  });
  const fused = conv(scope.child("feat_fuse"), sum, hidden, { k: 3 });
  semanticBranch(scope, sum, hidden, nc);
  return prototypes(scope, fused, hidden, masks);
}
