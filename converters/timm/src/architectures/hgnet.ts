import type { Value } from "@yolo-compile/ir";
import { batchNorm2d, channelsOf, concat, conv2d, maxPool2d, pad2d, type Scope } from "@yolo-compile/network";
import { variants } from "../backbone.js";
import { relu, sigmoid } from "../layers/activation.js";
import { type ConvSettings, conv } from "../layers/conv.js";
import { meanOfMap } from "../layers/squeeze-excite.js";

/** One stage: inner and output channels, blocks, layers of a block, and the kernel of light layers. */
interface Stage {
  readonly inner: number;
  readonly c2: number;
  readonly blocks: number;
  readonly layers: number;
  /** Depthwise layers of this kernel; 3x3 convolutions where left out. */
  readonly light?: number;
}

/** The differences among HGNets. */
interface HgNet {
  readonly version: 1 | 2;
  /** Widths of the stem. */
  readonly stem: readonly number[];
  readonly stages: readonly Stage[];
  /** A trained factor and offset behind each activation. */
  readonly affine?: boolean;
}

interface Layer extends ConvSettings {
  readonly affine: boolean;
  readonly act?: boolean;
}

/** scale * x + bias, one number each. LearnableAffineBlock */
function learnedAffine(scope: Scope, x: Value): Value {
  const scaled = scope.op("Mul", [scope.parameter("scale", [1]), x]);
  return scope.op("Add", [scaled, scope.parameter("bias", [1])]);
}

/** conv, bn, act, lab. ConvBNAct */
function layer(scope: Scope, x: Value, c2: number, { affine, act = true, ...settings }: Layer): Value {
  const y = batchNorm2d(scope.child("bn"), conv(scope.child("conv"), x, c2, settings));
  const [activation, learned] = [scope.child("act"), scope.child("lab")];
  if (!act) return y;
  const z = relu(activation, y);
  return affine ? learnedAffine(learned, z) : z;
}

/** 1x1, then depthwise. LightConvBNAct */
function lightLayer(scope: Scope, x: Value, c2: number, k: number, affine: boolean): Value {
  const y = layer(scope.child("conv1"), x, c2, { affine, act: false });
  return layer(scope.child("conv2"), y, c2, { affine, k, g: "depthwise" });
}

/** x * sigmoid(conv(mean(x))). EseModule */
function excite(scope: Scope, x: Value): Value {
  const weights = conv2d(scope.child("conv"), meanOfMap(scope, x), channelsOf(x));
  return scope.op("Mul", [x, sigmoid(scope.child("sigmoid"), weights)]);
}

/** Layers one behind the other, all of which two further ones join. HighPerfGpuBlock */
function block(scope: Scope, x: Value, stage: Stage, { version, affine = false }: HgNet): Value {
  const { inner, c2, layers, light } = stage;
  const list = scope.child("layers");
  const joined = [x];
  for (let index = 0; index < layers; index++) {
    const [at, y] = [list.child(String(index)), joined.at(-1)!];
    joined.push(light === undefined ? layer(at, y, inner, { affine, k: 3 }) : lightLayer(at, y, inner, light, affine));
  }
  const all = concat(scope, joined);
  const aggregation = scope.child("aggregation");
  const [first, second] = [aggregation.child("0"), aggregation.child("1")];
  scope.child("drop_path");
  if (version === 1) return excite(second, layer(first, all, c2, { affine }));
  return layer(second, layer(first, all, c2 / 2, { affine }), c2, { affine });
}

/** One row and one column of zeros below and to the right. */
const padded = (scope: Scope, x: Value): Value => pad2d(scope, x, [0, 1, 0, 1]);

/** Two branches at stride 2: pooling, and two 2x2 convolutions. StemV2 */
function stemV2(scope: Scope, image: Value, [inner, width]: readonly [number, number], affine: boolean): Value {
  const x = padded(scope, layer(scope.child("stem1"), image, inner, { affine, k: 3, s: 2 }));
  const square = { affine, k: 2, p: 0 } as const;
  const half = padded(scope, layer(scope.child("stem2a"), x, Math.floor(inner / 2), square));
  const convolved = layer(scope.child("stem2b"), half, inner, square);
  const pooled = maxPool2d(scope.child("pool"), x, { k: 2, s: 1, ceil: true });
  const y = layer(scope.child("stem3"), concat(scope, [pooled, convolved]), inner, { affine, k: 3, s: 2 });
  return layer(scope.child("stem4"), y, width, { affine });
}

/** 3x3 convolutions, the first of stride 2, and a pooling. StemV1 */
function stemV1(scope: Scope, image: Value, widths: readonly number[]): Value {
  const list = scope.child("stem");
  let x = image;
  for (const [index, width] of widths.entries())
    x = layer(list.child(String(index)), x, width, { affine: false, k: 3, s: index === 0 ? 2 : 1 });
  return maxPool2d(scope.child("pool"), x, { k: 3, s: 2, p: 1 });
}

/** HGNet, versions 1 and 2: levels of stride 4 to 32. timm models/hgnet.py */
function hgNet(scope: Scope, image: Value, model: HgNet): readonly Value[] {
  const { version, stem, stages, affine = false } = model;
  const inner = scope.child("stem");
  let x = version === 1 ? stemV1(inner, image, stem) : stemV2(inner, image, [stem[0]!, stem[1]!], affine);
  return stages.map((stage, index) => {
    const at = scope.child(`stages_${index}`);
    const [down, blocks] = [at.child("downsample"), at.child("blocks")];
    if (index > 0) x = layer(down, x, channelsOf(x), { affine, act: false, k: 3, s: 2, g: "depthwise" });
    for (let count = 0; count < stage.blocks; count++) {
      const y = block(blocks.child(String(count)), x, stage, model);
      x = count === 0 ? y : blocks.op("Add", [y, x]);
    }
    return x;
  });
}

type StageSizes = readonly [inner: number, c2: number, blocks: number];

/** The last two stages of version 2 have light layers of this kernel. */
const LIGHT = 5;
const FIRST_LIGHT = 2;

const sized = (version: 1 | 2, stem: readonly number[], layers: number, stages: readonly StageSizes[]): HgNet => ({
  version,
  stem,
  stages: stages.map(([inner, c2, blocks], index) => ({
    inner,
    c2,
    blocks,
    layers,
    ...(version === 2 && index >= FIRST_LIGHT && { light: LIGHT }),
  })),
});

const AFFINE = { affine: true } as const;

/** HGNet, versions 1 and 2, by size. */
export const HGNETS = variants(hgNet, {
  hgnet_tiny: sized(1, [48, 48, 96], 5, [
    [96, 224, 1],
    [128, 448, 1],
    [160, 512, 2],
    [192, 768, 1],
  ]),
  hgnet_small: sized(1, [64, 64, 128], 6, [
    [128, 256, 1],
    [160, 512, 1],
    [192, 768, 2],
    [224, 1024, 1],
  ]),
  hgnet_base: sized(1, [96, 96, 160], 7, [
    [192, 320, 1],
    [224, 640, 2],
    [256, 960, 3],
    [288, 1280, 2],
  ]),
  hgnetv2_b0: {
    ...sized(2, [16, 16], 3, [
      [16, 64, 1],
      [32, 256, 1],
      [64, 512, 2],
      [128, 1024, 1],
    ]),
    ...AFFINE,
  },
  hgnetv2_b1: {
    ...sized(2, [24, 32], 3, [
      [32, 64, 1],
      [48, 256, 1],
      [96, 512, 2],
      [192, 1024, 1],
    ]),
    ...AFFINE,
  },
  hgnetv2_b2: {
    ...sized(2, [24, 32], 4, [
      [32, 96, 1],
      [64, 384, 1],
      [128, 768, 3],
      [256, 1536, 1],
    ]),
    ...AFFINE,
  },
  hgnetv2_b3: {
    ...sized(2, [24, 32], 5, [
      [32, 128, 1],
      [64, 512, 1],
      [128, 1024, 3],
      [256, 2048, 1],
    ]),
    ...AFFINE,
  },
  hgnetv2_b4: sized(2, [32, 48], 6, [
    [48, 128, 1],
    [96, 512, 1],
    [192, 1024, 3],
    [384, 2048, 1],
  ]),
  hgnetv2_b5: sized(2, [32, 64], 6, [
    [64, 128, 1],
    [128, 512, 2],
    [256, 1024, 5],
    [512, 2048, 2],
  ]),
  hgnetv2_b6: sized(2, [48, 96], 6, [
    [96, 192, 2],
    [192, 512, 3],
    [384, 1024, 6],
    [768, 2048, 3],
  ]),
});
