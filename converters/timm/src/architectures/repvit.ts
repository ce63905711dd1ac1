import type { Value } from "@yolo-compile/ir";
import { batchNorm2d, channelsOf, type Scope, sum } from "@yolo-compile/network";
import { variants } from "../backbone.js";
import { gelu } from "../layers/activation.js";
import { type ConvSettings, conv } from "../layers/conv.js";
import { IN_RESIDUAL } from "../layers/norm.js";
import { nearestMultiple, squeezeExcite } from "../layers/squeeze-excite.js";

/** The differences among RepViTs. */
interface RepVit {
  readonly width: number;
  readonly depths: readonly number[];
  /** The first ones normalise each branch; later ones have a BatchNorm behind the sum, and a bias in the 1x1 branch. */
  readonly legacy?: boolean;
}

/** Whether the weights at a path are of one convolution into which others have been merged. */
const isMerged = (scope: Scope): boolean => scope.stored("weight") !== undefined && scope.stored("bias") !== undefined;

/** Convolution `c`, BatchNorm `bn`; one convolution where they are merged. ConvNorm */
function convNorm(
  scope: Scope,
  x: Value,
  c2: number,
  settings: ConvSettings & { readonly residual?: boolean } = {},
): Value {
  if (isMerged(scope)) return conv(scope, x, c2, { ...settings, bias: true });
  const y = conv(scope.child("c"), x, c2, settings);
  return batchNorm2d(scope.child("bn"), y, settings.residual ? { randomScale: IN_RESIDUAL } : {});
}

/** Depthwise 3x3, depthwise 1x1 and identity. RepVggDw */
function tokenMixer(scope: Scope, x: Value, legacy: boolean): Value {
  const c = channelsOf(x);
  const spatial = { k: 3, g: "depthwise" } as const;
  if (isMerged(scope)) return conv(scope, x, c, { ...spatial, bias: true });
  const pointwise = { g: "depthwise" } as const;
  const large = convNorm(scope.child("conv"), x, c, spatial);
  const small = legacy
    ? convNorm(scope.child("conv1"), x, c, pointwise)
    : conv(scope.child("conv1"), x, c, { ...pointwise, bias: true });
  const y = sum(scope, [large, small, x]);
  const bn = scope.child("bn");
  return legacy ? y : batchNorm2d(bn, y);
}

/** x + two pointwise layers of x, in the scope of those. RepVitMlp */
function channelMixer(scope: Scope, x: Value): Value {
  const c = channelsOf(x);
  const wide = gelu(scope.child("act"), convNorm(scope.child("conv1"), x, 2 * c));
  return scope.op("Add", [x, convNorm(scope.child("conv2"), wide, c, { residual: true })]);
}

/** RepViTBlock */
function block(scope: Scope, x: Value, excite: boolean, legacy: boolean): Value {
  const y = tokenMixer(scope.child("token_mixer"), x, legacy);
  const inner = scope.child("se");
  const excited = excite ? squeezeExcite(inner, y, nearestMultiple(channelsOf(x) / 4)) : y;
  return channelMixer(scope.child("channel_mixer"), excited);
}

/** RepVitDownsample */
function downsample(scope: Scope, x: Value, c2: number, legacy: boolean): Value {
  const y = block(scope.child("pre_block"), x, false, legacy);
  const halved = convNorm(scope.child("spatial_downsample"), y, channelsOf(x), { k: 3, s: 2, g: "depthwise" });
  return channelMixer(scope.child("ffn"), convNorm(scope.child("channel_downsample"), halved, c2));
}

function stem(scope: Scope, image: Value, width: number): Value {
  const half = convNorm(scope.child("conv1"), image, Math.floor(width / 2), { k: 3, s: 2 });
  return convNorm(scope.child("conv2"), gelu(scope.child("act1"), half), width, { k: 3, s: 2 });
}

/** RepViT: levels of stride 4 to 32. timm models/repvit.py */
function repVit(scope: Scope, image: Value, { width, depths, legacy = false }: RepVit): readonly Value[] {
  let x = stem(scope.child("stem"), image, width);
  return depths.map((depth, stage) => {
    const inner = scope.child(`stages_${stage}`);
    const [down, blocks] = [inner.child("downsample"), inner.child("blocks")];
    if (stage > 0) x = downsample(down, x, width * 2 ** stage, legacy);
    for (let index = 0; index < depth; index++) x = block(blocks.child(String(index)), x, index % 2 === 0, legacy);
    return x;
  });
}

/** RepViT: the first three, which normalise each branch, and the later ones, which normalise the sum. */
export const REPVITS = variants(repVit, {
  repvit_m1: { width: 48, depths: [2, 2, 14, 2], legacy: true },
  repvit_m2: { width: 64, depths: [2, 2, 12, 2], legacy: true },
  repvit_m3: { width: 64, depths: [4, 4, 18, 2], legacy: true },
  repvit_m0_9: { width: 48, depths: [2, 2, 14, 2] },
  repvit_m1_0: { width: 56, depths: [2, 2, 14, 2] },
  repvit_m1_1: { width: 64, depths: [2, 2, 12, 2] },
  repvit_m1_5: { width: 64, depths: [4, 4, 24, 4] },
  repvit_m2_3: { width: 80, depths: [6, 6, 34, 2] },
});
