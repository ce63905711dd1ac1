import { int64s, multiplySizes, sameSize } from "@yolo-compile/core";
import { constantValue, fixedSize, type Value } from "@yolo-compile/ir";
import { batchNorm2d, channelsOf, concat, conv2d, mapSizes, type Scope } from "@yolo-compile/network";
import { variants } from "../backbone.js";
import { type Activation, hardSigmoid, identity, relu, sigmoid } from "../layers/activation.js";
import { conv } from "../layers/conv.js";
import { efficientExcite, roundedChannels } from "../layers/squeeze-excite.js";

/** The differences among GhostNets. */
interface GhostNet {
  readonly width: number;
  /** Version 2: the first half of a block is gated by an attention along rows and columns. */
  readonly attention?: boolean;
}

/** One block: kernel, channels inside, output channels, squeeze-and-excitation, stride. */
type Block = readonly [k: number, wide: number, c2: number, excite: boolean, s: number];

/** Up to the last level; timm's features_only leaves out what stands behind it. */
const STAGES: readonly (readonly Block[])[] = [
  [[3, 16, 16, false, 1]],
  [[3, 48, 24, false, 2]],
  [[3, 72, 24, false, 1]],
  [[5, 72, 40, true, 2]],
  [[5, 120, 40, true, 1]],
  [[3, 240, 80, false, 2]],
  [
    [3, 200, 80, false, 1],
    [3, 184, 80, false, 1],
    [3, 184, 80, false, 1],
    [3, 480, 112, true, 1],
    [3, 672, 112, true, 1],
  ],
  [[5, 672, 160, true, 2]],
];

/** The blocks in front that have no attention in version 2 either. */
const WITHOUT_ATTENTION = 2;

/** Half of the channels by a convolution, the other half by a depthwise one of those. GhostModule */
function ghost(scope: Scope, x: Value, c2: number, act: Activation): Value {
  const half = Math.ceil(c2 / 2);
  const [first, second] = [scope.child("primary_conv"), scope.child("cheap_operation")];
  const y = act(first.child("2"), batchNorm2d(first.child("1"), conv(first.child("0"), x, half)));
  const cheap = batchNorm2d(second.child("1"), conv(second.child("0"), y, half, { k: 3, g: "depthwise" }));
  return concat(scope, [y, act(second.child("2"), cheap)]);
}

/** The nearest of `from` elements for each of `to`, along an axis. */
function nearest(scope: Scope, x: Value, axis: number, to: number): Value {
  const from = fixedSize(x, axis);
  const indices = int64s(Array.from({ length: to }, (_, index) => Math.floor((index * from) / to)));
  return scope.op("Gather", [x, constantValue(indices, "nearest")], { axis });
}

/** A map at the size of another, twice as large but for an odd row or column. */
function enlarged(scope: Scope, x: Value, like: Value): Value {
  const [, , h, w] = mapSizes(x);
  const [, , height, width] = mapSizes(like);
  if (sameSize(height, multiplySizes(h, 2)) && sameSize(width, multiplySizes(w, 2)))
    return scope.op("Resize", [x], { scales: [1, 1, 2, 2] });
  return nearest(scope, nearest(scope, x, 2, fixedSize(like, 2)), 3, fixedSize(like, 3));
}

/** A ghost module, times a gate of the pooled input mixed along rows, then along columns. GhostModuleV2 */
function gatedGhost(scope: Scope, x: Value, c2: number): Value {
  const y = ghost(scope, x, c2, relu);
  const [inner, gate] = [scope.child("short_conv"), scope.child("gate_fn")];
  const pooled = scope.op("AveragePool", [x], { kernel_shape: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] });
  let z = batchNorm2d(inner.child("1"), conv(inner.child("0"), pooled, c2));
  const along = { g: c2, bias: false };
  z = batchNorm2d(inner.child("3"), conv2d(inner.child("2"), z, c2, { ...along, k: [1, 5], p: [0, 2] }));
  z = batchNorm2d(inner.child("5"), conv2d(inner.child("4"), z, c2, { ...along, k: [5, 1], p: [2, 0] }));
  return scope.op("Mul", [y, enlarged(scope, sigmoid(gate, z), y)]);
}

/** Depthwise k x k, 1x1, or nothing where the map keeps its shape. */
function shortcut(scope: Scope, x: Value, k: number, c2: number, s: number): Value {
  if (s === 1 && channelsOf(x) === c2) return x;
  const y = batchNorm2d(scope.child("1"), conv(scope.child("0"), x, channelsOf(x), { k, s, g: "depthwise" }));
  return batchNorm2d(scope.child("3"), conv(scope.child("2"), y, c2));
}

/** A ghost module that widens, a depthwise convolution where it halves the map, a ghost module that narrows. GhostBottleneck */
function block(scope: Scope, x: Value, [k, wide, c2, excite, s]: Block, attends: boolean): Value {
  const first = scope.child("ghost1");
  let y = attends ? gatedGhost(first, x, wide) : ghost(first, x, wide, relu);
  if (s > 1) {
    const spread = conv(scope.child("conv_dw"), y, wide, { k, s, g: "depthwise" });
    y = batchNorm2d(scope.child("bn_dw"), spread);
  }
  if (excite) {
    const settings = { width: roundedChannels(wide / 4, 4), act: relu, gate: hardSigmoid };
    y = efficientExcite(scope.child("se"), y, settings);
  }
  const narrow = ghost(scope.child("ghost2"), y, c2, identity);
  return scope.op("Add", [narrow, shortcut(scope.child("shortcut"), x, k, c2, s)]);
}

/** GhostNet, versions 1 and 2: levels of stride 2 to 32; the first is the bare convolution. timm models/ghostnet.py */
function ghostNet(scope: Scope, image: Value, { width, attention = false }: GhostNet): readonly Value[] {
  const scaled = (channels: number): number => roundedChannels(channels * width, 4);
  const first = conv(scope.child("conv_stem"), image, scaled(16), { k: 3, s: 2 });
  let x = relu(scope.child("act1"), batchNorm2d(scope.child("bn1"), first));
  const levels = [first];
  let before = 0;
  STAGES.forEach((blocks, stage) => {
    const inner = scope.child(`blocks_${stage}`);
    blocks.forEach(([k, wide, c2, excite, s], index) => {
      const attends = attention && before++ >= WITHOUT_ATTENTION;
      x = block(inner.child(String(index)), x, [k, scaled(wide), scaled(c2), excite, s], attends);
    });
    if (blocks[0]![4] > 1) levels.push(x);
  });
  return levels;
}

/** GhostNet, versions 1 and 2, by the percentage of the width. */
export const GHOSTNETS = variants(ghostNet, {
  ghostnet_050: { width: 0.5 },
  ghostnet_100: { width: 1 },
  ghostnet_130: { width: 1.3 },
  ghostnetv2_100: { width: 1, attention: true },
  ghostnetv2_130: { width: 1.3, attention: true },
  ghostnetv2_160: { width: 1.6, attention: true },
});
