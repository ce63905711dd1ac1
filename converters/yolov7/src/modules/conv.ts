import type { Value } from "@yolo-compile/ir";
import {
  bareCall,
  type ConvBnActOptions,
  channelsOf,
  concat,
  convBnAct,
  defineModule,
  maxPool2d,
  moduleTable,
  type PyCall,
  planRepeating,
  planScaled,
  planUnchanged,
  type Scope,
} from "@yolo-compile/network";
import { spaceToChannels } from "@yolo-compile/yolov5";

/** An activation as YOLOv7's modules take it: each has a SiLU of its own, which YOLOv5 v7.0's share. */
export const ownActivation = (act: boolean | PyCall): boolean | PyCall => (act === true ? bareCall("nn.SiLU") : act);

/** yolov7 models/common.py Conv */
const conv = (scope: Scope, x: Value, c2: number, options: ConvBnActOptions = {}): Value =>
  convBnAct(scope, x, c2, { ...options, act: ownActivation(options.act ?? true) });

/** Half of the channels by a convolution of stride k, half by a pool. yolov7 models/common.py DownC */
function downC(scope: Scope, x: Value, c2: number, k: number): Value {
  const half = Math.floor(c2 / 2);
  const slid = conv(scope.child("cv2"), conv(scope.child("cv1"), x, channelsOf(x)), half, { k: 3, s: k });
  const pooled = maxPool2d(scope.child("mp"), x, { k, s: k });
  return concat(scope, [slid, conv(scope.child("cv3"), pooled, half)]);
}

/** Pools of several sizes in one branch of two. yolov7 models/common.py SPPCSPC */
function sppCspc(scope: Scope, x: Value, c2: number, e: number, sizes: readonly number[]): Value {
  const hidden = Math.trunc(2 * c2 * e);
  const branch = (name: string, y: Value, k = 1): Value => conv(scope.child(name), y, hidden, { k });
  const inner = branch("cv4", branch("cv3", branch("cv1", x), 3));
  const pools = scope.child("m");
  const pooled = sizes.map((k, index) =>
    maxPool2d(pools.child(String(index)), inner, { k, s: 1, p: Math.floor(k / 2) }),
  );
  const main = branch("cv6", branch("cv5", concat(scope, [inner, ...pooled])), 3);
  return conv(scope.child("cv7"), concat(scope, [main, branch("cv2", x)]), c2);
}

/** Convolutions, pools and joins of the yaml. */
export const CONV_MODULES = moduleTable({
  Conv: defineModule({
    type: "models.common.Conv",
    signature: ["c1", "c2", "k", "s", "p", "g", "act"],
    plan: planScaled,
    build: (scope, x, a) =>
      conv(scope, x, a.int("c2"), {
        k: a.pair("k", 1),
        s: a.pair("s", 1),
        p: a.optionalPair("p"),
        g: a.int("g", 1),
        act: a.activation("act"),
      }),
  }),
  DownC: defineModule({
    type: "models.common.DownC",
    signature: ["c1", "c2", "n", "k"],
    plan: planRepeating,
    build: (scope, x, a) => downC(scope, x, a.int("c2"), a.int("k", 2)),
  }),
  SPPCSPC: defineModule({
    type: "models.common.SPPCSPC",
    signature: ["c1", "c2", "n", "shortcut", "g", "e", "k"],
    plan: planRepeating,
    build: (scope, x, a) => sppCspc(scope, x, a.int("c2"), a.number("e", 0.5), a.ints("k", [5, 9, 13])),
  }),
  MP: defineModule({
    type: "models.common.MP",
    signature: ["k"],
    plan: planUnchanged,
    build: (scope, x, a) => maxPool2d(scope.child("m"), x, { k: a.int("k", 2), s: a.int("k", 2) }),
  }),
  SP: defineModule({
    type: "models.common.SP",
    signature: ["k", "s"],
    plan: planUnchanged,
    build: (scope, x, a) => {
      const k = a.int("k", 3);
      return maxPool2d(scope.child("m"), x, { k, s: a.int("s", 1), p: Math.floor(k / 2) });
    },
  }),
  // Pixels of each 2x2 block as channels, as in YOLOv5's Focus.
  ReOrg: defineModule({
    type: "models.common.ReOrg",
    signature: [],
    plan: ({ args, inputs, repeats }) => ({ args, channels: inputs[0]! * 4, copies: repeats }),
    build: spaceToChannels,
  }),
  Shortcut: defineModule({
    type: "models.common.Shortcut",
    signature: ["dimension"],
    plan: planUnchanged,
    inputs: "many",
    build: (scope, [a, b], args) => {
      if (!a || !b) throw args.error("dimension", "two inputs to add");
      return scope.op("Add", [a, b]);
    },
  }),
});
