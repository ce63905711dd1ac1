import { multiplySizes } from "@yolo-compile/core";
import { scalar, type Value } from "@yolo-compile/ir";
import {
  batchNorm2d,
  channelsOf,
  conv2d,
  linear,
  mapSizes,
  permute,
  reshape,
  type Scope,
  split,
  sum,
} from "@yolo-compile/network";
import { variants } from "../backbone.js";
import { type Activation, gelu, identity } from "../layers/activation.js";
import { type Branches, mergedConv, mobileOneBranches } from "../layers/branches.js";
import { conv } from "../layers/conv.js";
import { convNormAct, IN_RESIDUAL } from "../layers/norm.js";
import { nearestMultiple, squeezeExcite } from "../layers/squeeze-excite.js";

/** The differences among FastViTs. */
interface FastVit {
  readonly depths: readonly number[];
  readonly width: number;
  readonly expansion: number;
  /** Whether the last stage attends, with a convolution in front that encodes positions. */
  readonly attention?: boolean;
  /** Squeeze-and-excitation where the last two stages halve the map, an activation where each does. */
  readonly mobileClip?: boolean;
}

interface Block extends Pick<Branches, "k" | "s"> {
  readonly g?: Branches["g"];
  readonly act: Activation;
  readonly count?: number;
  readonly scale?: boolean;
}

const identityNorm: Branches["identityNorm"] = (scope, x, { randomScale }) => batchNorm2d(scope, x, { randomScale });

/** Branches and an activation. MobileOneBlock of this architecture, whose identity has a plain BatchNorm2d */
function repBlock(scope: Scope, x: Value, c2: number, { act, count = 1, ...branches }: Block): Value {
  scope.child("se");
  const y = mobileOneBranches(scope, x, c2, { ...branches, count, identityNorm });
  return act(scope.child("act"), y);
}

/** gamma * x with gamma: [c,1,1]. LayerScale2d */
const scaled = (scope: Scope, x: Value): Value =>
  scope.op("Mul", [x, scope.parameter("gamma", [channelsOf(x), 1, 1], IN_RESIDUAL)]);

/** x + gamma * (mixer(x) - norm(x)), or one convolution where it is merged. RepMixer */
function repMixer(scope: Scope, x: Value): Value {
  const block = { k: 3, s: 1, g: "depthwise", act: identity } as const;
  const merged = mergedConv(scope, x, channelsOf(x), block);
  if (merged) return merged;
  const norm = repBlock(scope.child("norm"), x, channelsOf(x), { ...block, count: 0, scale: false });
  const mixed = repBlock(scope.child("mixer"), x, channelsOf(x), block);
  return scope.op("Add", [x, scaled(scope.child("layer_scale"), scope.op("Sub", [mixed, norm]))]);
}

/** Depthwise 7x7 with its BatchNorm, two pointwise layers. ConvMlp */
function convMlp(scope: Scope, x: Value, width: number): Value {
  const y = convNormAct(scope.child("conv"), x, channelsOf(x), { k: 7, g: "depthwise" });
  const wide = gelu(scope.child("act"), conv2d(scope.child("fc1"), y, width));
  scope.child("drop");
  return conv2d(scope.child("fc2"), wide, channelsOf(x));
}

const HEAD = 32;

/** Attention of the whole map, in heads of 32 channels. x: [n,c,h,w]. Attention */
function attention(scope: Scope, x: Value): Value {
  const [n, c, h, w] = mapSizes(x);
  const count = multiplySizes(h, w);
  const heads = c / HEAD;
  const tokens = permute(scope, reshape(scope, x, [n, c, count]), [0, 2, 1]);
  const parts = split(scope, linear(scope.child("qkv"), tokens, 3 * c, { bias: false }), [c, c, c], 2);
  const [q, k, v] = parts.map((part) => reshape(scope, part, [n, count, heads, HEAD])) as [Value, Value, Value];
  const query = scope.op("Mul", [permute(scope, q, [0, 2, 1, 3]), scalar(HEAD ** -0.5, "scale")]);
  const scores = scope.op("MatMul", [query, permute(scope, k, [0, 2, 3, 1])]);
  const attended = scope.op("MatMul", [scope.op("Softmax", [scores], { axis: -1 }), permute(scope, v, [0, 2, 1, 3])]);
  for (const name of ["attn_drop", "proj_drop"]) scope.child(name);
  const joined = reshape(scope, permute(scope, attended, [0, 2, 1, 3]), [n, count, c]);
  return reshape(scope, permute(scope, linear(scope.child("proj"), joined, c), [0, 2, 1]), [n, c, h, w]);
}

function mixerBlock(scope: Scope, x: Value, width: number): Value {
  const y = repMixer(scope.child("token_mixer"), x);
  const z = scaled(scope.child("layer_scale"), convMlp(scope.child("mlp"), y, width));
  scope.child("drop_path");
  return scope.op("Add", [y, z]);
}

function attentionBlock(scope: Scope, x: Value, width: number): Value {
  const attended = attention(scope.child("token_mixer"), batchNorm2d(scope.child("norm"), x));
  const y = scope.op("Add", [x, scaled(scope.child("layer_scale_1"), attended)]);
  for (const name of ["drop_path1", "drop_path2"]) scope.child(name);
  return scope.op("Add", [y, scaled(scope.child("layer_scale_2"), convMlp(scope.child("mlp"), y, width))]);
}

/** Depthwise 7x7 and 3x3 side by side, doubling the channels. ReparamLargeKernelConv */
function largeKernel(scope: Scope, x: Value, c2: number, act: Activation, excite: boolean): Value {
  const large = { k: 7, s: 2, g: "depthwise" } as const;
  const branches = (): Value =>
    sum(scope, [
      convNormAct(scope.child("large_conv"), x, c2, large),
      convNormAct(scope.child("small_conv"), x, c2, { ...large, k: 3 }),
    ]);
  const y = mergedConv(scope, x, c2, large) ?? branches();
  const inner = scope.child("se");
  return act(scope.child("act"), excite ? squeezeExcite(inner, y, nearestMultiple(c2 / 4)) : y);
}

/** x + depthwise 7x7 of x, or one convolution where it is merged. RepConditionalPosEnc */
function positions(scope: Scope, x: Value): Value {
  const settings = { k: 7, g: "depthwise" } as const;
  const merged = mergedConv(scope, x, channelsOf(x), settings);
  if (merged) return merged;
  const y = conv(scope.child("pos_enc"), x, channelsOf(x), { ...settings, bias: true });
  return scope.op("Add", [y, x]);
}

function downsample(scope: Scope, x: Value, stage: number, { mobileClip = false }: FastVit): Value {
  const inner = scope.child("proj");
  const c2 = 2 * channelsOf(x);
  const y = largeKernel(inner.child("0"), x, c2, mobileClip ? gelu : identity, mobileClip && stage >= 2);
  return repBlock(inner.child("1"), y, c2, { k: 1, s: 1, act: gelu });
}

function stem(scope: Scope, image: Value, width: number): Value {
  const x = repBlock(scope.child("stem_0"), image, width, { k: 3, s: 2, act: gelu });
  const y = repBlock(scope.child("stem_1"), x, width, { k: 3, s: 2, g: "depthwise", act: gelu });
  return repBlock(scope.child("stem_2"), y, width, { k: 1, s: 1, act: gelu });
}

/** FastViT: levels of stride 4 to 32. timm models/fastvit.py */
function fastVit(scope: Scope, image: Value, model: FastVit): readonly Value[] {
  let x = stem(scope, image, model.width);
  return model.depths.map((depth, stage) => {
    const attends = stage === 3 && model.attention === true;
    const inner = scope.child(`stages_${stage}`);
    const [down, encoding, blocks] = [inner.child("downsample"), inner.child("pos_emb"), inner.child("blocks")];
    if (stage > 0) x = downsample(down, x, stage, model);
    if (attends) x = positions(encoding, x);
    for (let index = 0; index < depth; index++)
      x = (attends ? attentionBlock : mixerBlock)(blocks.child(String(index)), x, channelsOf(x) * model.expansion);
    return x;
  });
}

const SA = { width: 64, expansion: 4, attention: true } as const;
const MCI = { expansion: 3, attention: true, mobileClip: true } as const;

/** FastViT, and MobileCLIP's image encoders, `mci`; all but `t` and `s` attend in the last stage. */
export const FASTVITS = variants(fastVit, {
  fastvit_t8: { depths: [2, 2, 4, 2], width: 48, expansion: 3 },
  fastvit_t12: { depths: [2, 2, 6, 2], width: 64, expansion: 3 },
  fastvit_s12: { depths: [2, 2, 6, 2], width: 64, expansion: 4 },
  fastvit_sa12: { depths: [2, 2, 6, 2], ...SA },
  fastvit_sa24: { depths: [4, 4, 12, 4], ...SA },
  fastvit_sa36: { depths: [6, 6, 18, 6], ...SA },
  fastvit_ma36: { depths: [6, 6, 18, 6], ...SA, width: 76 },
  fastvit_mci0: { depths: [2, 6, 10, 2], width: 64, ...MCI },
  fastvit_mci1: { depths: [4, 12, 20, 4], width: 64, ...MCI },
  fastvit_mci2: { depths: [4, 12, 24, 4], width: 80, ...MCI },
});
