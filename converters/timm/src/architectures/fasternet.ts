import type { Value } from "@yolo-compile/ir";
import { batchNorm2d, channelsOf, concat, type Scope, split } from "@yolo-compile/network";
import { variants } from "../backbone.js";
import { type Activation, gelu, relu } from "../layers/activation.js";
import { conv } from "../layers/conv.js";

/** The differences among FasterNets. */
interface FasterNet {
  readonly width: number;
  readonly depths: readonly number[];
  readonly act: Activation;
}

/** The share of the channels that a partial convolution convolves is 1 in so many. */
const PARTS = 4;

/** A 3x3 convolution of the first quarter of the channels. Partial_conv3 */
function partialConv(scope: Scope, x: Value): Value {
  const first = Math.floor(channelsOf(x) / PARTS);
  const [mixed, kept] = split(scope, x, [first, channelsOf(x) - first], 1) as [Value, Value];
  return concat(scope, [conv(scope.child("partial_conv3"), mixed, first, { k: 3 }), kept]);
}

/** x + mlp(a partial convolution of x). MLPBlock */
function block(scope: Scope, x: Value, act: Activation): Value {
  const inner = scope.child("mlp");
  const mixed = partialConv(scope.child("spatial_mixing"), x);
  const wide = batchNorm2d(inner.child("1"), conv(inner.child("0"), mixed, 2 * channelsOf(x)));
  scope.child("drop_path");
  return scope.op("Add", [x, conv(inner.child("3"), act(inner.child("2"), wide), channelsOf(x))]);
}

/** Convolution of patches that do not overlap, BatchNorm. PatchEmbed, PatchMerging */
function patches(scope: Scope, x: Value, name: string, width: number, size: number): Value {
  const y = conv(scope.child(name), x, width, { k: size, s: size, p: 0 });
  return batchNorm2d(scope.child("norm"), y);
}

/** FasterNet: levels of stride 4 to 32. timm models/fasternet.py */
function fasterNet(scope: Scope, image: Value, { width, depths, act }: FasterNet): readonly Value[] {
  let x = patches(scope.child("patch_embed"), image, "proj", width, 4);
  return depths.map((depth, stage) => {
    const inner = scope.child(`stages_${stage}`);
    const down = inner.child("downsample");
    if (stage > 0) x = patches(down, x, "reduction", width * 2 ** stage, 2);
    const blocks = inner.child("blocks");
    for (let index = 0; index < depth; index++) x = block(blocks.child(String(index)), x, act);
    return x;
  });
}

/** FasterNet by size. */
export const FASTERNETS = variants(fasterNet, {
  fasternet_t0: { width: 40, depths: [1, 2, 8, 2], act: gelu },
  fasternet_t1: { width: 64, depths: [1, 2, 8, 2], act: gelu },
  fasternet_t2: { width: 96, depths: [1, 2, 8, 2], act: relu },
  fasternet_s: { width: 128, depths: [1, 2, 13, 2], act: relu },
  fasternet_m: { width: 144, depths: [3, 4, 18, 3], act: relu },
  fasternet_l: { width: 192, depths: [3, 4, 18, 3], act: relu },
});
