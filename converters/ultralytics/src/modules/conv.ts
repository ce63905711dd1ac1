import { greatestCommonDivisor, subtractSizes } from "@yolo-compile/core";
import type { Value } from "@yolo-compile/ir";
import {
  applyActivation,
  avgPool2d,
  bareCall,
  type ConvBnActOptions,
  channelsOf,
  concat,
  convBnAct as conv,
  conv2d,
  defineModule,
  maxPool2d,
  moduleTable,
  planScaled,
  type Scope,
  split,
} from "@yolo-compile/network";

/** ultralytics 8.4 nn/modules/conv.py DWConv */
export const dwConv = (scope: Scope, x: Value, c2: number, options: Omit<ConvBnActOptions, "p" | "g"> = {}): Value =>
  conv(scope, x, c2, { ...options, g: greatestCommonDivisor(channelsOf(x), c2) });

/** Half the outputs from a convolution, half from a cheap 5x5 on those. ultralytics 8.4 nn/modules/conv.py GhostConv */
export function ghostConv(scope: Scope, x: Value, c2: number, options: Omit<ConvBnActOptions, "p" | "d"> = {}): Value {
  const { act = true } = options;
  const half = Math.floor(c2 / 2);
  const y = conv(scope.child("cv1"), x, half, options);
  return concat(scope, [y, conv(scope.child("cv2"), y, half, { k: 5, g: half, act })]);
}

const SILU = bareCall("nn.SiLU");

/**
 * A 3x3 and a 1x1 convolution, added, then SiLU whatever `activation:` says; `fuse()` makes one convolution of them.
 * ultralytics 8.4 nn/modules/conv.py RepConv
 */
export function repConv(scope: Scope, x: Value, c2: number): Value {
  // one module of the class, whoever has it
  const active = (y: Value): Value => applyActivation(scope.sharedChild("act", "RepConv"), y, SILU);
  if (scope.stored("conv.bias")) return active(conv2d(scope.child("conv"), x, c2, { k: 3, p: 1 }));
  const wide = conv(scope.child("conv1"), x, c2, { k: 3, act: false });
  return active(scope.op("Add", [wide, conv(scope.child("conv2"), x, c2, { act: false })]));
}

/** A pointwise convolution, then a depthwise one that shrinks the map. ultralytics 8.4 nn/modules/block.py SCDown */
function scDown(scope: Scope, x: Value, c2: number, k: number, s: number): Value {
  const y = conv(scope.child("cv1"), x, c2);
  return conv(scope.child("cv2"), y, c2, { k, s, g: c2, act: false });
}

const smooth = (scope: Scope, x: Value): Value => {
  const before = scope.trace.macs;
  const y = avgPool2d(scope, x, { k: 2, s: 1 });
  // a function of torch, which thop does not see
  scope.macs(subtractSizes(before, scope.trace.macs));
  return y;
};

/** ultralytics 8.4 nn/modules/block.py AConv */
const aConv = (scope: Scope, x: Value, c2: number): Value =>
  conv(scope.child("cv1"), smooth(scope, x), c2, { k: 3, s: 2 });

/** Half of the channels by a convolution, half by a pool. ultralytics 8.4 nn/modules/block.py ADown */
function aDown(scope: Scope, x: Value, c2: number): Value {
  const half = channelsOf(x) / 2;
  const [first, second] = split(scope, smooth(scope, x), [half, half], 1) as [Value, Value];
  const convolved = conv(scope.child("cv1"), first, Math.floor(c2 / 2), { k: 3, s: 2 });
  const pooled = maxPool2d(scope, second, { k: 3, s: 2, p: 1 });
  return concat(scope, [convolved, conv(scope.child("cv2"), pooled, Math.floor(c2 / 2))]);
}

/** As the summary table prints modules of this file. */
const TYPE = "ultralytics.nn.modules.conv";

/** Convolutions of the yaml. */
export const CONV_MODULES = moduleTable({
  Conv: defineModule({
    type: `${TYPE}.Conv`,
    signature: ["c1", "c2", "k", "s", "p", "g", "d", "act"],
    plan: planScaled,
    build: (scope, x, a) =>
      conv(scope, x, a.int("c2"), {
        k: a.pair("k", 1),
        s: a.pair("s", 1),
        p: a.optionalPair("p"),
        g: a.int("g", 1),
        d: a.int("d", 1),
        act: a.activation("act"),
      }),
  }),
  DWConv: defineModule({
    type: `${TYPE}.DWConv`,
    signature: ["c1", "c2", "k", "s", "d", "act"],
    plan: planScaled,
    build: (scope, x, a) =>
      dwConv(scope, x, a.int("c2"), {
        k: a.pair("k", 1),
        s: a.pair("s", 1),
        d: a.int("d", 1),
        act: a.activation("act"),
      }),
  }),
  GhostConv: defineModule({
    type: `${TYPE}.GhostConv`,
    signature: ["c1", "c2", "k", "s", "g", "act"],
    plan: planScaled,
    build: (scope, x, a) =>
      ghostConv(scope, x, a.int("c2"), {
        k: a.pair("k", 1),
        s: a.pair("s", 1),
        g: a.int("g", 1),
        act: a.activation("act"),
      }),
  }),
  SCDown: defineModule({
    type: "ultralytics.nn.modules.block.SCDown",
    signature: ["c1", "c2", "k", "s"],
    plan: planScaled,
    build: (scope, x, a) => scDown(scope, x, a.int("c2"), a.int("k"), a.int("s")),
  }),
  AConv: defineModule({
    type: "ultralytics.nn.modules.block.AConv",
    signature: ["c1", "c2"],
    plan: planScaled,
    build: (scope, x, a) => aConv(scope, x, a.int("c2")),
  }),
  ADown: defineModule({
    type: "ultralytics.nn.modules.block.ADown",
    signature: ["c1", "c2"],
    plan: planScaled,
    build: (scope, x, a) => aDown(scope, x, a.int("c2")),
  }),
  Concat: defineModule({
    type: `${TYPE}.Concat`,
    signature: ["dimension"],
    plan: ({ args, inputs }) => ({ args, channels: inputs.reduce((sum, channels) => sum + channels, 0), copies: 1 }),
    inputs: "many",
    build: (scope, inputs, a) => concat(scope, inputs, a.int("dimension", 1)),
  }),
});
