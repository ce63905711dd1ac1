import type { Value } from "@yolo-compile/ir";
import { avgPool2d, batchNorm2d, channelsOf, maxPool2d, type Scope } from "@yolo-compile/network";
import { variants } from "../backbone.js";
import { relu } from "../layers/activation.js";
import { conv } from "../layers/conv.js";
import { efficientChannelAttention } from "../layers/eca.js";
import { IN_RESIDUAL } from "../layers/norm.js";
import { nearestMultiple, squeezeExcite } from "../layers/squeeze-excite.js";

/** The differences of a ResNet from the plain one. */
interface ResNet {
  readonly block: "basic" | "bottleneck";
  readonly layers: readonly number[];
  /** Three convolutions in the stem, of these widths; one 7x7 where left out. */
  readonly stem?: readonly [number, number, number];
  /** Average pooling in front of the shortcut's convolution, which then keeps the map's size. */
  readonly averageDown?: boolean;
  /** A convolution of stride 2 in the place of the stem's pooling. */
  readonly convPool?: boolean;
  readonly groups?: number;
  /** Width of a group at the first stage. */
  readonly base?: number;
  /** The squeeze-and-excitation's width, as a share of the channels; or attention over channels by a convolution. */
  readonly attention?: number | "eca";
  /** Average pooling behind stride-1 convolutions, where others have the stride. */
  readonly antiAlias?: boolean;
  /** SENet's: halved first convolutions, and a 3x3 convolution in the shortcut. */
  readonly senet?: boolean;
}

const DEEP = [32, 32, 64] as const;
const TIERED = [24, 32, 64] as const;
const SE = 1 / 16;

function stem(scope: Scope, image: Value, { stem: widths }: ResNet): Value {
  const inner = scope.child("conv1");
  const width = widths?.[2] ?? 64;
  const y = widths ? deepStem(inner, image, widths) : conv(inner, image, width, { k: 7, s: 2 });
  return relu(scope.child("act1"), batchNorm2d(scope.child("bn1"), y));
}

function deepStem(scope: Scope, image: Value, [first, second, third]: readonly [number, number, number]): Value {
  const halved = conv(scope.child("0"), image, first, { k: 3, s: 2 });
  const x = relu(scope.child("2"), batchNorm2d(scope.child("1"), halved));
  const y = relu(scope.child("5"), batchNorm2d(scope.child("4"), conv(scope.child("3"), x, second, { k: 3 })));
  return conv(scope.child("6"), y, third, { k: 3 });
}

function stemPool(scope: Scope, x: Value, { convPool, antiAlias }: ResNet): Value {
  if (convPool) {
    const y = batchNorm2d(scope.child("1"), conv(scope.child("0"), x, channelsOf(x), { k: 3, s: 2 }));
    return relu(scope.child("2"), y);
  }
  return antiAlias ? avgPool2d(scope, x, { k: 2, s: 2 }) : maxPool2d(scope, x, { k: 3, s: 2, p: 1 });
}

function shortcut(scope: Scope, x: Value, c2: number, s: number, { averageDown, senet }: ResNet): Value {
  if (!averageDown) {
    const y = conv(scope.child("0"), x, c2, { k: senet && s > 1 ? 3 : 1, s });
    return batchNorm2d(scope.child("1"), y);
  }
  const pool = scope.child("0");
  const y = s === 1 ? x : avgPool2d(pool, x, { k: 2, s, ceil: true, countPadding: false });
  return batchNorm2d(scope.child("2"), conv(scope.child("1"), y, c2));
}

function attend(scope: Scope, x: Value, { attention }: ResNet): Value {
  if (attention === undefined) return x;
  if (attention === "eca") return efficientChannelAttention(scope.child("se"), x);
  return squeezeExcite(scope.child("se"), x, nearestMultiple(channelsOf(x) * attention));
}

/** A 3x3 convolution with its BatchNorm, and the pooling of the variants that halve maps behind it. */
function spatial(scope: Scope, x: Value, c2: number, s: number, index: number, model: ResNet): Value {
  const stride = model.antiAlias ? 1 : s;
  const g = model.block === "basic" ? 1 : (model.groups ?? 1);
  const y = batchNorm2d(scope.child(`bn${index}`), conv(scope.child(`conv${index}`), x, c2, { k: 3, s: stride, g }));
  scope.child("drop_block");
  const z = relu(scope.child(`act${index}`), y);
  const pool = scope.child("aa");
  return model.antiAlias && s > 1 ? avgPool2d(pool, z, { k: s, s }) : z;
}

function basicBranch(scope: Scope, x: Value, planes: number, s: number, model: ResNet): Value {
  const y = conv(scope.child("conv2"), spatial(scope, x, planes, s, 1, model), planes, { k: 3 });
  return batchNorm2d(scope.child("bn2"), y, { randomScale: IN_RESIDUAL });
}

function bottleneckBranch(scope: Scope, x: Value, planes: number, s: number, model: ResNet): Value {
  const { groups = 1, base = 64, senet = false } = model;
  const width = Math.floor(planes * (base / 64)) * groups;
  const reduced = conv(scope.child("conv1"), x, senet ? Math.floor(width / 2) : width);
  const y = relu(scope.child("act1"), batchNorm2d(scope.child("bn1"), reduced));
  const z = conv(scope.child("conv3"), spatial(scope, y, width, s, 2, model), 4 * planes);
  return batchNorm2d(scope.child("bn3"), z, { randomScale: IN_RESIDUAL });
}

function block(scope: Scope, x: Value, planes: number, s: number, model: ResNet): Value {
  const basic = model.block === "basic";
  const y = attend(scope, (basic ? basicBranch : bottleneckBranch)(scope, x, planes, s, model), model);
  const act = scope.child(basic ? "act2" : "act3");
  const same = s === 1 && channelsOf(x) === channelsOf(y);
  const skipped = same ? x : shortcut(scope.child("downsample"), x, channelsOf(y), s, model);
  return relu(act, scope.op("Add", [y, skipped]));
}

/** ResNet and its kin: levels of stride 2 to 32. timm models/resnet.py */
function resnet(scope: Scope, image: Value, model: ResNet): readonly Value[] {
  const levels = [stem(scope, image, model)];
  let x = stemPool(scope.child("maxpool"), levels[0]!, model);
  model.layers.forEach((depth, stage) => {
    const inner = scope.child(`layer${stage + 1}`);
    for (let index = 0; index < depth; index++)
      x = block(inner.child(String(index)), x, 64 * 2 ** stage, stage > 0 && index === 0 ? 2 : 1, model);
    levels.push(x);
  });
  return levels;
}

const BASIC_18: ResNet = { block: "basic", layers: [2, 2, 2, 2] };
const BASIC_34: ResNet = { block: "basic", layers: [3, 4, 6, 3] };
const bottlenecks = (...layers: readonly number[]): ResNet => ({ block: "bottleneck", layers });
const [B26, B50, B101, B152, B200] = [
  bottlenecks(2, 2, 2, 2),
  bottlenecks(3, 4, 6, 3),
  bottlenecks(3, 4, 23, 3),
  bottlenecks(3, 8, 36, 3),
  bottlenecks(3, 24, 36, 3),
] as const;
const B269 = bottlenecks(3, 30, 48, 8);
const D = { stem: DEEP, averageDown: true } as const;
const T = { stem: TIERED, averageDown: true } as const;
const RS = { ...D, convPool: true, attention: 0.25 } as const;
const S = [64, 64, 128] as const;
const G4 = { groups: 32, base: 4 } as const;
const G8 = { groups: 32, base: 8 } as const;
const AA = { antiAlias: true } as const;

/** ResNet, wide ResNet, ResNeXt and ResNet-RS; `se` and `eca` with attention over channels, `aa` anti-aliased. */
export const RESNETS = variants(resnet, {
  resnet10t: { ...BASIC_18, layers: [1, 1, 1, 1], ...T },
  resnet14t: { ...bottlenecks(1, 1, 1, 1), ...T },
  resnet18: BASIC_18,
  resnet18d: { ...BASIC_18, ...D },
  resnet34: BASIC_34,
  resnet34d: { ...BASIC_34, ...D },
  resnet26: B26,
  resnet26t: { ...B26, ...T },
  resnet26d: { ...B26, ...D },
  resnet50: B50,
  resnet50c: { ...B50, stem: DEEP },
  resnet50d: { ...B50, ...D },
  resnet50s: { ...B50, stem: S },
  resnet50t: { ...B50, ...T },
  resnet101: B101,
  resnet101c: { ...B101, stem: DEEP },
  resnet101d: { ...B101, ...D },
  resnet101s: { ...B101, stem: S },
  resnet152: B152,
  resnet152c: { ...B152, stem: DEEP },
  resnet152d: { ...B152, ...D },
  resnet152s: { ...B152, stem: S },
  resnet200: B200,
  resnet200d: { ...B200, ...D },
  wide_resnet50_2: { ...B50, base: 128 },
  wide_resnet101_2: { ...B101, base: 128 },
  resnext50_32x4d: { ...B50, ...G4 },
  resnext50d_32x4d: { ...B50, ...D, ...G4 },
  resnext101_32x4d: { ...B101, ...G4 },
  resnext101_32x8d: { ...B101, ...G8 },
  resnext101_32x16d: { ...B101, groups: 32, base: 16 },
  resnext101_32x32d: { ...B101, groups: 32, base: 32 },
  resnext101_64x4d: { ...B101, groups: 64, base: 4 },
  seresnet18: { ...BASIC_18, attention: SE },
  seresnet34: { ...BASIC_34, attention: SE },
  seresnet50: { ...B50, attention: SE },
  seresnet50t: { ...B50, ...T, attention: SE },
  seresnet101: { ...B101, attention: SE },
  seresnet152: { ...B152, attention: SE },
  seresnet152d: { ...B152, ...D, attention: SE },
  seresnet200d: { ...B200, ...D, attention: SE },
  seresnet269d: { ...B269, ...D, attention: SE },
  seresnext26d_32x4d: { ...B26, ...D, ...G4, attention: SE },
  seresnext26t_32x4d: { ...B26, ...T, ...G4, attention: SE },
  seresnext50_32x4d: { ...B50, ...G4, attention: SE },
  seresnext101_32x4d: { ...B101, ...G4, attention: SE },
  seresnext101_32x8d: { ...B101, ...G8, attention: SE },
  seresnext101d_32x8d: { ...B101, ...D, ...G8, attention: SE },
  seresnext101_64x4d: { ...B101, groups: 64, base: 4, attention: SE },
  senet154: { ...B152, stem: S, groups: 64, base: 4, senet: true, attention: SE },
  ecaresnet26t: { ...B26, ...T, attention: "eca" },
  ecaresnet50d: { ...B50, ...D, attention: "eca" },
  ecaresnet50t: { ...B50, ...T, attention: "eca" },
  ecaresnetlight: { ...bottlenecks(1, 1, 11, 3), averageDown: true, attention: "eca" },
  ecaresnet101d: { ...B101, ...D, attention: "eca" },
  ecaresnet200d: { ...B200, ...D, attention: "eca" },
  ecaresnet269d: { ...B269, ...D, attention: "eca" },
  ecaresnext26t_32x4d: { ...B26, ...T, ...G4, attention: "eca" },
  ecaresnext50t_32x4d: { ...B50, ...T, ...G4, attention: "eca" },
  resnetaa34d: { ...BASIC_34, ...D, ...AA },
  resnetaa50: { ...B50, ...AA },
  resnetaa50d: { ...B50, ...D, ...AA },
  resnetaa101d: { ...B101, ...D, ...AA },
  seresnetaa50d: { ...B50, ...D, ...AA, attention: SE },
  seresnextaa101d_32x8d: { ...B101, ...D, ...AA, ...G8, attention: SE },
  seresnextaa201d_32x8d: { ...bottlenecks(3, 24, 36, 4), stem: S, averageDown: true, ...AA, ...G8, attention: SE },
  resnetrs50: { ...B50, ...RS },
  resnetrs101: { ...B101, ...RS },
  resnetrs152: { ...B152, ...RS },
  resnetrs200: { ...B200, ...RS },
  resnetrs270: { ...bottlenecks(4, 29, 53, 4), ...RS },
  resnetrs350: { ...bottlenecks(4, 36, 72, 4), ...RS },
  resnetrs420: { ...bottlenecks(4, 44, 87, 4), ...RS },
});
