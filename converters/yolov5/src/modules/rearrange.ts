import { divideSizes, greatestCommonDivisor, multiplySizes, roundHalfEven } from "@yolo-compile/core";
import type { Value } from "@yolo-compile/ir";
import {
  type Arguments,
  applyActivation,
  argumentError,
  asNumber,
  bareCall,
  batchNorm2d,
  channelsOf,
  concat,
  conv2d,
  convBnAct,
  defineModule,
  globalAvgPool2d,
  linear,
  mapSizes,
  moduleTable,
  type PlanContext,
  permute,
  planScaled,
  type RowPlan,
  reshape,
  type Scope,
} from "@yolo-compile/network";
import { logitLayout } from "../layout.js";

/** Blocks of s x s pixels become channels. x: [n,c,h,w] -> [n,c*s*s,h/s,w/s]. yolov5 v7.0 models/common.py Contract */
function contract(scope: Scope, x: Value, a: Arguments<"gain">): Value {
  const s = a.int("gain", 2);
  const [n, c, h, w] = mapSizes(x);
  const [rows, columns] = [divideSizes(h, s), divideSizes(w, s)];
  if (rows === undefined || columns === undefined) throw a.error("gain", `a divisor of the map's sides, ${h} and ${w}`);
  const blocks = permute(scope, reshape(scope, x, [n, c, rows, s, columns, s]), [0, 3, 5, 1, 2, 4]);
  return reshape(scope, blocks, [n, c * s * s, rows, columns]);
}

/** Channels become blocks of s x s pixels. x: [n,c,h,w] -> [n,c/s/s,h*s,w*s]. yolov5 v7.0 models/common.py Expand */
function expand(scope: Scope, x: Value, s: number): Value {
  const [n, c, h, w] = mapSizes(x);
  const blocks = permute(scope, reshape(scope, x, [n, s, s, c / s ** 2, h, w]), [0, 3, 4, 1, 5, 2]);
  return reshape(scope, blocks, [n, c / s ** 2, multiplySizes(h, s), multiplySizes(w, s)]);
}

/** Channels of each kernel size: equal shares, or shares that give each the same number of weights. */
function mixedChannels(c2: number, sizes: readonly number[], equalChannels: boolean): number[] {
  if (!equalChannels) {
    const total = sizes.reduce((sum, k) => sum + 1 / k ** 2, 0);
    return sizes.map((k) => roundHalfEven(c2 / k ** 2 / total));
  }
  // floor(linspace(0, groups - 1e-6, c2)), counted by group
  const groups = sizes.length;
  const step = Math.fround(groups - 1e-6) / Math.max(1, c2 - 1);
  const owners = Array.from({ length: c2 }, (_, index) => Math.min(groups - 1, Math.floor(step * index)));
  return sizes.map((_, group) => owners.filter((owner) => owner === group).length);
}

/** Convolutions of several sizes, side by side; its own SiLU. yolov5 v7.0 models/experimental.py MixConv2d */
function mixConv2d(scope: Scope, x: Value, c2: number, sizes: readonly number[], s: number, equal: boolean): Value {
  const list = scope.child("m");
  const parts = mixedChannels(c2, sizes, equal).map((channels, index) => {
    const k = sizes[index]!;
    const options = { k, s, p: Math.floor(k / 2), g: greatestCommonDivisor(channelsOf(x), channels), bias: false };
    return conv2d(list.child(String(index)), x, channels, options);
  });
  const normal = batchNorm2d(scope.child("bn"), concat(scope, parts));
  return applyActivation(scope.child("act"), normal, bareCall("nn.SiLU"));
}

const CLASSIFY_CHANNELS = 1280;

/** x: [n,c1,h,w] -> logits [n,c2]. yolov5 v7.0 models/common.py Classify */
function classify(scope: Scope, x: Value, a: Arguments<"c2" | "k" | "s" | "p" | "g">): Value {
  const p = a.has("p") ? a.int("p") : undefined;
  const y = convBnAct(scope.child("conv"), x, CLASSIFY_CHANNELS, {
    k: a.int("k", 1),
    s: a.int("s", 1),
    p,
    g: a.int("g", 1),
  });
  const pooled = globalAvgPool2d(scope.child("pool"), y);
  scope.child("drop");
  return linear(scope.child("linear"), scope.op("Flatten", [pooled]), a.int("c2"));
}

/** Contract multiplies the channels by gain², Expand divides them. */
function planGain(context: PlanContext, gained: (channels: number, gain: number) => number): RowPlan {
  const gain = asNumber(context.args[0] ?? 2);
  if (gain === undefined || !Number.isInteger(gain) || gain < 1 || gain > 64)
    throw argumentError(context.module, "gain", context.args[0], "an integer from 1 on", context.where);
  return { args: context.args, channels: gained(context.inputs[0]!, gain), copies: context.repeats };
}

/** Modules of the yaml that join or rearrange values, and the classifier's head. */
export const REARRANGE_MODULES = moduleTable({
  Concat: defineModule({
    type: "models.common.Concat",
    signature: ["dimension"],
    plan: ({ args, inputs }) => ({ args, channels: inputs.reduce((sum, channels) => sum + channels, 0), copies: 1 }),
    inputs: "many",
    build: (scope, inputs, a) => concat(scope, inputs, a.int("dimension", 1)),
  }),
  Contract: defineModule({
    type: "models.common.Contract",
    signature: ["gain"],
    plan: (context) => planGain(context, (channels, gain) => channels * gain ** 2),
    build: (scope, x, a) => contract(scope, x, a),
  }),
  Expand: defineModule({
    type: "models.common.Expand",
    signature: ["gain"],
    plan: (context) => planGain(context, (channels, gain) => Math.floor(channels / gain ** 2)),
    build: (scope, x, a) => expand(scope, x, a.int("gain", 2)),
  }),
  MixConv2d: defineModule({
    type: "models.experimental.MixConv2d",
    signature: ["c1", "c2", "k", "s", "equal_ch"],
    plan: planScaled,
    build: (scope, x, a) =>
      mixConv2d(scope, x, a.int("c2"), a.ints("k", [1, 3]), a.int("s", 1), a.bool("equal_ch", true)),
  }),
  Classify: defineModule({
    type: "models.common.Classify",
    signature: ["c1", "c2", "k", "s", "p", "g", "dropout_p"],
    // Its arguments are taken as they are: [c1, c2].
    plan: ({ args, inputs, repeats }) => ({ args, channels: inputs[0]!, copies: repeats }),
    outputs: (a) => [logitLayout(a.int("c2"))],
    build: (scope, x, a) => classify(scope, x, a),
  }),
});
