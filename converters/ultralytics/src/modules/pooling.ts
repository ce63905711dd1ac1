import type { Value } from "@yolo-compile/ir";
import {
  channelsOf,
  concat,
  convBnAct as conv,
  defineModule,
  maxPool2d,
  moduleTable,
  planScaled,
  type Scope,
} from "@yolo-compile/network";

/** Pools of several sizes, side by side. ultralytics 8.4 nn/modules/block.py SPP */
function spatialPyramid(scope: Scope, x: Value, c2: number, sizes: readonly number[]): Value {
  const hidden = conv(scope.child("cv1"), x, Math.floor(channelsOf(x) / 2));
  const [join, pools] = [scope.child("cv2"), scope.child("m")];
  const pooled = sizes.map((k, index) =>
    maxPool2d(pools.child(String(index)), hidden, { k, s: 1, p: Math.floor(k / 2) }),
  );
  return conv(join, concat(scope, [hidden, ...pooled]), c2);
}

interface FastOptions {
  readonly k: number;
  /** The number of pools in a row. */
  readonly n: number;
  readonly shortcut: boolean;
  /** Whether the first convolution has an activation. */
  readonly act: boolean;
}

/** One pool, `n` times in a row. ultralytics 8.4 nn/modules/block.py SPPF */
function spatialPyramidFast(scope: Scope, x: Value, c2: number, { k, n, shortcut, act }: FastOptions): Value {
  const levels = [conv(scope.child("cv1"), x, Math.floor(channelsOf(x) / 2), { act })];
  const [join, pool] = [scope.child("cv2"), scope.child("m")];
  for (let index = 0; index < n; index++)
    levels.push(maxPool2d(pool, levels.at(-1)!, { k, s: 1, p: Math.floor(k / 2) }));
  const y = conv(join, concat(scope, levels), c2);
  return shortcut && channelsOf(x) === c2 ? scope.op("Add", [y, x]) : y;
}

/** Three pools in a row without a hidden width of their own. ultralytics 8.4 nn/modules/block.py SPPELAN */
function spatialPyramidElan(scope: Scope, x: Value, c2: number, c3: number, k: number): Value {
  const levels = [conv(scope.child("cv1"), x, c3)];
  for (const name of ["cv2", "cv3", "cv4"])
    levels.push(maxPool2d(scope.child(name), levels.at(-1)!, { k, s: 1, p: Math.floor(k / 2) }));
  return conv(scope.child("cv5"), concat(scope, levels), c2);
}

/** Spatial pyramids of the yaml. */
export const POOLING_MODULES = moduleTable({
  SPP: defineModule({
    type: "ultralytics.nn.modules.block.SPP",
    signature: ["c1", "c2", "k"],
    plan: planScaled,
    build: (scope, x, a) => spatialPyramid(scope, x, a.int("c2"), a.ints("k", [5, 9, 13])),
  }),
  SPPF: defineModule({
    type: "ultralytics.nn.modules.block.SPPF",
    signature: ["c1", "c2", "k", "n", "shortcut"],
    plan: planScaled,
    build: (scope, x, a) =>
      spatialPyramidFast(scope, x, a.int("c2"), {
        k: a.int("k", 5),
        n: a.int("n", 3),
        shortcut: a.bool("shortcut", false),
        // rows of the older form keep what SPPF was then
        act: !a.has("n"),
      }),
  }),
  SPPELAN: defineModule({
    type: "ultralytics.nn.modules.block.SPPELAN",
    signature: ["c1", "c2", "c3", "k"],
    plan: planScaled,
    build: (scope, x, a) => spatialPyramidElan(scope, x, a.int("c2"), a.int("c3"), a.int("k", 5)),
  }),
});
