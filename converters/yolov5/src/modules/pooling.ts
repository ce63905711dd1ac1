import type { Value } from "@yolo-compile/ir";
import {
  channelsOf,
  concat,
  convBnAct,
  defineModule,
  maxPool2d,
  moduleTable,
  planScaled,
  type Scope,
} from "@yolo-compile/network";

/** Pools of several sizes, side by side. yolov5 v7.0 models/common.py SPP */
export function spatialPyramid(scope: Scope, x: Value, c2: number, sizes: readonly number[]): Value {
  const hidden = convBnAct(scope.child("cv1"), x, Math.floor(channelsOf(x) / 2));
  const [join, pools] = [scope.child("cv2"), scope.child("m")];
  const pooled = sizes.map((k, index) =>
    maxPool2d(pools.child(String(index)), hidden, { k, s: 1, p: Math.floor(k / 2) }),
  );
  return convBnAct(join, concat(scope, [hidden, ...pooled]), c2);
}

/** One pool, three times in a row; equal to SPP(5, 9, 13) at k = 5. yolov5 v7.0 models/common.py SPPF */
function spatialPyramidFast(scope: Scope, x: Value, c2: number, k: number): Value {
  const hidden = convBnAct(scope.child("cv1"), x, Math.floor(channelsOf(x) / 2));
  const [join, pool] = [scope.child("cv2"), scope.child("m")];
  const once = (y: Value): Value => maxPool2d(pool, y, { k, s: 1, p: Math.floor(k / 2) });
  const first = once(hidden);
  const second = once(first);
  return convBnAct(join, concat(scope, [hidden, first, second, once(second)]), c2);
}

/** Spatial pyramids of the yaml. */
export const POOLING_MODULES = moduleTable({
  SPP: defineModule({
    type: "models.common.SPP",
    signature: ["c1", "c2", "k"],
    plan: planScaled,
    build: (scope, x, a) => spatialPyramid(scope, x, a.int("c2"), a.ints("k", [5, 9, 13])),
  }),
  SPPF: defineModule({
    type: "models.common.SPPF",
    signature: ["c1", "c2", "k"],
    plan: planScaled,
    build: (scope, x, a) => spatialPyramidFast(scope, x, a.int("c2"), a.int("k", 5)),
  }),
});
