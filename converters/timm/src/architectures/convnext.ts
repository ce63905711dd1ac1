import type { Value } from "@yolo-compile/ir";
import { channelsOf, permute, type Scope } from "@yolo-compile/network";
import { variants } from "../backbone.js";
import { gelu } from "../layers/activation.js";
import { conv } from "../layers/conv.js";
import { alongChannels, layerNorm, layerNorm2d } from "../layers/layer-norm.js";
import { mlp } from "../layers/mlp.js";
import { IN_RESIDUAL } from "../layers/norm.js";
import { roundedChannels } from "../layers/squeeze-excite.js";

/** The differences among ConvNeXts. */
interface ConvNeXt {
  readonly depths: readonly number[];
  readonly widths: readonly number[];
  /** Whether the pointwise layers are convolutions, which the smaller ones have. */
  readonly conv?: boolean;
  /** Version 2: global response normalisation in the place of the layer scale. */
  readonly grn?: boolean;
  /** Two overlapping convolutions in the stem, the first as wide as the second or half as wide. */
  readonly stem?: "overlap" | "tiered";
  readonly eps?: number;
}

const EPS = 1e-6;

/** Its parts are named `stem_0`, `stem_1`, …, since features_only flattens it. */
function stem(scope: Scope, image: Value, { widths, stem: kind, eps = EPS }: ConvNeXt): Value {
  const width = widths[0]!;
  if (!kind) {
    const y = conv(scope.child("stem_0"), image, width, { k: 4, s: 4, p: 0, bias: true });
    return layerNorm2d(scope.child("stem_1"), y, eps);
  }
  const first = kind === "tiered" ? roundedChannels(Math.floor(width / 2)) : width;
  const x = conv(scope.child("stem_0"), image, first, { k: 3, s: 2, bias: true });
  const y = conv(scope.child("stem_1"), x, width, { k: 3, s: 2, bias: true });
  return layerNorm2d(scope.child("stem_2"), y, eps);
}

function mixed(scope: Scope, x: Value, { conv: convolutions = false, grn = false, eps = EPS }: ConvNeXt): Value {
  const settings = { conv: convolutions, grn, width: 4 * channelsOf(x), act: gelu };
  const [norm, inner] = [scope.child("norm"), scope.child("mlp")];
  if (convolutions) return mlp(inner, layerNorm2d(norm, x, eps), settings);
  const last = layerNorm(norm, permute(scope, x, [0, 2, 3, 1]), eps);
  return permute(scope, mlp(inner, last, settings), [0, 3, 1, 2]);
}

/** x + gamma * mlp(norm(depthwise 7x7)). ConvNeXtBlock */
function block(scope: Scope, x: Value, model: ConvNeXt): Value {
  const y = mixed(scope, conv(scope.child("conv_dw"), x, channelsOf(x), { k: 7, g: "depthwise", bias: true }), model);
  for (const name of ["shortcut", "drop_path"]) scope.child(name);
  if (model.grn) return scope.op("Add", [y, x]);
  const gamma = alongChannels(scope, scope.parameter("gamma", [channelsOf(x)], IN_RESIDUAL));
  return scope.op("Add", [scope.op("Mul", [y, gamma]), x]);
}

function downsample(scope: Scope, x: Value, width: number, eps: number): Value {
  const y = layerNorm2d(scope.child("0"), x, eps);
  return conv(scope.child("1"), y, width, { k: 2, s: 2, p: 0, bias: true });
}

/** ConvNeXt, versions 1 and 2: levels of stride 4 to 32. timm models/convnext.py */
function convNeXt(scope: Scope, image: Value, model: ConvNeXt): readonly Value[] {
  let x = stem(scope, image, model);
  return model.depths.map((depth, stage) => {
    const inner = scope.child(`stages_${stage}`);
    const down = inner.child("downsample");
    if (stage > 0) x = downsample(down, x, model.widths[stage]!, model.eps ?? EPS);
    const blocks = inner.child("blocks");
    for (let index = 0; index < depth; index++) x = block(blocks.child(String(index)), x, model);
    return x;
  });
}

const doubled = (width: number): readonly number[] => [width, 2 * width, 4 * width, 8 * width];

const SMALL = [2, 2, 6, 2];
const LARGE = [3, 3, 27, 3];
const SIZES = {
  atto: { depths: SMALL, widths: doubled(40), conv: true },
  femto: { depths: SMALL, widths: doubled(48), conv: true },
  pico: { depths: SMALL, widths: doubled(64), conv: true },
  nano: { depths: [2, 2, 8, 2], widths: doubled(80), conv: true },
  tiny: { depths: [3, 3, 9, 3], widths: doubled(96) },
  small: { depths: LARGE, widths: doubled(96) },
  base: { depths: LARGE, widths: doubled(128) },
  large: { depths: LARGE, widths: doubled(192) },
} as const satisfies Record<string, ConvNeXt>;

const V2 = { grn: true } as const;

/** ConvNeXt, versions 1 and 2, by size; `ols` have an overlapping stem. */
export const CONVNEXTS = variants(convNeXt, {
  convnext_atto: SIZES.atto,
  convnext_atto_ols: { ...SIZES.atto, stem: "tiered" },
  convnext_femto: SIZES.femto,
  convnext_femto_ols: { ...SIZES.femto, stem: "tiered" },
  convnext_pico: SIZES.pico,
  convnext_pico_ols: { ...SIZES.pico, stem: "tiered" },
  convnext_nano: SIZES.nano,
  convnext_nano_ols: { ...SIZES.nano, stem: "overlap" },
  convnext_tiny: SIZES.tiny,
  convnext_tiny_hnf: { ...SIZES.tiny, conv: true },
  convnext_small: SIZES.small,
  convnext_base: SIZES.base,
  convnext_large: SIZES.large,
  convnext_large_mlp: SIZES.large,
  convnext_xlarge: { depths: LARGE, widths: doubled(256) },
  convnext_xxlarge: { depths: [3, 4, 30, 3], widths: doubled(384), eps: 1e-5 },
  convnextv2_atto: { ...SIZES.atto, ...V2 },
  convnextv2_femto: { ...SIZES.femto, ...V2 },
  convnextv2_pico: { ...SIZES.pico, ...V2 },
  convnextv2_nano: { ...SIZES.nano, ...V2 },
  convnextv2_tiny: { ...SIZES.tiny, ...V2 },
  convnextv2_small: { ...SIZES.small, ...V2 },
  convnextv2_base: { ...SIZES.base, ...V2 },
  convnextv2_large: { ...SIZES.large, ...V2 },
  convnextv2_huge: { depths: LARGE, widths: doubled(352), ...V2 },
});
