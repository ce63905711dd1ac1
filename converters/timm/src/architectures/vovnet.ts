import type { Value } from "@yolo-compile/ir";
import { channelsOf, concat, conv2d, maxPool2d, type Scope } from "@yolo-compile/network";
import { variants } from "../backbone.js";
import { hardSigmoid, relu } from "../layers/activation.js";
import { conv } from "../layers/conv.js";
import { efficientChannelAttention } from "../layers/eca.js";
import { batchNormAct, convNormAct } from "../layers/norm.js";
import { meanOfMap } from "../layers/squeeze-excite.js";

/** The differences among VoVNets. */
interface VovNet {
  /** Blocks of each stage. */
  readonly blocks: readonly number[];
  /** Layers of a block, whose outputs are all joined. */
  readonly layers: number;
  /** Half of the widths. */
  readonly slim?: boolean;
  readonly depthwise?: boolean;
  /** Residual blocks with attention over channels at the end of each stage: one layer, or a convolution. */
  readonly attention?: "one layer" | "eca";
}

const INNER = [128, 160, 192, 224];
const OUTER = [256, 512, 768, 1024];
const SLIM = [112, 256, 384, 512];

/** Depthwise 3x3, 1x1, BatchNorm, ReLU. SeparableConvNormAct */
function separable(scope: Scope, x: Value, c2: number, s = 1): Value {
  const spread = conv(scope.child("conv_dw"), x, channelsOf(x), { k: 3, s, g: "depthwise" });
  return batchNormAct(scope.child("bn"), conv(scope.child("conv_pw"), spread, c2), relu);
}

const layer = (scope: Scope, x: Value, c2: number, depthwise: boolean, s = 1): Value =>
  depthwise ? separable(scope, x, c2, s) : convNormAct(scope, x, c2, { k: 3, s, act: relu });

/** x * hardsigmoid(fc(mean(x))). EffectiveSEModule */
function oneLayerExcite(scope: Scope, x: Value): Value {
  const weights = conv2d(scope.child("fc"), meanOfMap(scope, x), channelsOf(x));
  return scope.op("Mul", [x, hardSigmoid(scope.child("gate"), weights)]);
}

/** Settings of a block. */
interface Block {
  readonly inner: number;
  readonly outer: number;
  readonly attends: boolean;
  readonly residual: boolean;
}

/** Layers one behind the other, all of which a 1x1 convolution joins. OsaBlock */
function block(scope: Scope, x: Value, { inner, outer, attends, residual }: Block, model: VovNet): Value {
  const { depthwise = false, layers, attention } = model;
  let y = x;
  if (depthwise && channelsOf(x) !== inner) y = convNormAct(scope.child("conv_reduction"), x, inner, { act: relu });
  const list = scope.child("conv_mid");
  const joined = [x];
  for (let index = 0; index < layers; index++) {
    y = layer(list.child(String(index)), y, inner, depthwise);
    joined.push(y);
  }
  const mixed = convNormAct(scope.child("conv_concat"), concat(scope, joined), outer, { act: relu });
  const attend = attention === "eca" ? efficientChannelAttention : oneLayerExcite;
  const attended = attends ? attend(scope.child("attn"), mixed) : mixed;
  return residual ? scope.op("Add", [attended, x]) : attended;
}

/** VoVNet: levels of stride 2 to 32. timm models/vovnet.py */
function vovNet(scope: Scope, image: Value, model: VovNet): readonly Value[] {
  const { blocks, slim = false, depthwise = false, attention } = model;
  const halved = convNormAct(scope.child("stem_0"), image, 64, { k: 3, s: 2, act: relu });
  const first = layer(scope.child("stem_1"), halved, 64, depthwise);
  let x = layer(scope.child("stem_2"), first, depthwise ? 64 : 128, depthwise, 2);
  const levels = blocks.map((count, stage) => {
    const inner = scope.child(`stages_${stage}`);
    if (stage > 0) x = maxPool2d(inner.child("pool"), x, { k: 3, s: 2, ceil: true });
    const list = inner.child("blocks");
    for (let index = 0; index < count; index++)
      x = block(
        list.child(String(index)),
        x,
        {
          inner: slim ? INNER[stage]! / 2 : INNER[stage]!,
          outer: (slim ? SLIM : OUTER)[stage]!,
          attends: attention !== undefined && index === count - 1,
          residual: attention !== undefined && index > 0,
        },
        model,
      );
    return x;
  });
  return [first, ...levels];
}

const B19 = { blocks: [1, 1, 1, 1], layers: 3, attention: "one layer" } as const;
const B39 = { blocks: [1, 1, 2, 2], layers: 5 } as const;
const B57 = { blocks: [1, 1, 4, 3], layers: 5 } as const;

/** VoVNet; `ese` and `eca` with attention over channels, `dw` of depthwise convolutions. */
export const VOVNETS = variants(vovNet, {
  vovnet39a: B39,
  vovnet57a: B57,
  ese_vovnet19b_slim_dw: { ...B19, slim: true, depthwise: true },
  ese_vovnet19b_dw: { ...B19, depthwise: true },
  ese_vovnet19b_slim: { ...B19, slim: true },
  ese_vovnet39b: { ...B39, attention: "one layer" },
  ese_vovnet57b: { ...B57, attention: "one layer" },
  ese_vovnet99b: { blocks: [1, 3, 9, 3], layers: 5, attention: "one layer" },
  eca_vovnet39b: { ...B39, attention: "eca" },
});
