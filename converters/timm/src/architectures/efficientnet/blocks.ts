import type { Value } from "@yolo-compile/ir";
import { channelsOf, hasIdentity, type Scope } from "@yolo-compile/network";
import { type Activation, identity } from "../../layers/activation.js";
import { type ConvSettings, conv } from "../../layers/conv.js";
import { batchNormAct, convNormAct, IN_RESIDUAL } from "../../layers/norm.js";
import { type ExciteSettings, efficientExcite, roundedChannels } from "../../layers/squeeze-excite.js";
import type { BlockRow } from "./rows.js";

/** A block with everything that the network decides. */
export interface Block extends Omit<BlockRow, "relu"> {
  /** Output channels. */
  readonly c2: number;
  readonly activation: Activation;
  readonly padding: ConvSettings["p"];
  readonly eps: number | undefined;
  /** The squeeze-and-excitation for so many channels inside. */
  readonly excite: (channels: number) => ExciteSettings | undefined;
}

/** x + y where the block is a residual, else y. */
function joined(scope: Scope, x: Value, y: Value, block: Block): Value {
  scope.child("drop_path");
  return isResidual(x, block) ? scope.op("Add", [y, x]) : y;
}

const isResidual = (x: Value, { residual, s, c2 }: Block): boolean => residual && hasIdentity(x, c2, s);

function excited(scope: Scope, x: Value, { excite }: Block): Value {
  const settings = excite(channelsOf(x));
  const inner = scope.child("se");
  return settings ? efficientExcite(inner, x, settings) : x;
}

/** Channels of a group as groups: none for a plain convolution, one channel where a block is depthwise. */
const groupsOf = (gs: number | undefined, channels: number, otherwise: number): number => {
  const size = gs ?? otherwise;
  return size === 0 ? 1 : channels / size;
};

/** k x k, then 1x1. DepthwiseSeparableConv */
function depthwiseSeparable(scope: Scope, x: Value, block: Block): Value {
  const { k, s, c2, activation, act, padding: p, eps, gs } = block;
  const g = groupsOf(gs, channelsOf(x), 1);
  const spread = batchNormAct(
    scope.child("bn1"),
    conv(scope.child("conv_dw"), x, channelsOf(x), { k, s, p, g }),
    activation,
    {
      eps,
    },
  );
  scope.child("aa");
  const mixed = conv(scope.child("conv_pw"), excited(scope, spread, block), c2);
  const randomScale = hasIdentity(x, c2, s) ? IN_RESIDUAL : undefined;
  const y = batchNormAct(scope.child("bn2"), mixed, act ? activation : identity, { eps, randomScale });
  return joined(scope, x, y, block);
}

/** 1x1, k x k depthwise, 1x1. InvertedResidual */
function invertedResidual(scope: Scope, x: Value, block: Block): Value {
  const { k, s, e, c2, activation, padding: p, eps, gs } = block;
  const wide = roundedChannels(channelsOf(x) * e);
  const expanded = batchNormAct(scope.child("bn1"), conv(scope.child("conv_pw"), x, wide), activation, { eps });
  const spread = conv(scope.child("conv_dw"), expanded, wide, { k, s, p, g: groupsOf(gs, wide, 1) });
  const z = batchNormAct(scope.child("bn2"), spread, activation, { eps });
  scope.child("aa");
  const reduced = conv(scope.child("conv_pwl"), excited(scope, z, block), c2);
  return joined(scope, x, batchNormAct(scope.child("bn3"), reduced, identity, { eps, ...inResidual(x, block) }), block);
}

const inResidual = (x: Value, block: Block): { readonly randomScale?: number } =>
  isResidual(x, block) ? { randomScale: IN_RESIDUAL } : {};

/** k x k that widens, 1x1. EdgeResidual */
function edgeResidual(scope: Scope, x: Value, block: Block): Value {
  const { k, s, e, f, c2, activation, padding: p, eps, gs } = block;
  const wide = roundedChannels((f || channelsOf(x)) * e);
  const expanded = conv(scope.child("conv_exp"), x, wide, { k, s, p, g: groupsOf(gs, wide, 0) });
  const z = batchNormAct(scope.child("bn1"), expanded, activation, { eps });
  scope.child("aa");
  const reduced = conv(scope.child("conv_pwl"), excited(scope, z, block), c2);
  return joined(scope, x, batchNormAct(scope.child("bn2"), reduced, identity, { eps, ...inResidual(x, block) }), block);
}

/** One convolution. ConvBnAct */
function convolution(scope: Scope, x: Value, block: Block): Value {
  const { k, s, c2, activation, padding: p, eps, gs } = block;
  const g = groupsOf(gs, channelsOf(x), 0);
  const y = batchNormAct(scope.child("bn1"), conv(scope.child("conv"), x, c2, { k, s, p, g }), activation, { eps });
  scope.child("aa");
  return joined(scope, x, y, block);
}

/** Depthwise, 1x1, depthwise, 1x1, where each depthwise one may be left out. UniversalInvertedResidual */
function universalResidual(scope: Scope, x: Value, block: Block): Value {
  const { k, a, s, e, c2, activation: act, padding: p, eps } = block;
  const start = scope.child("dw_start");
  const depthwise = { p, eps, g: "depthwise" } as const;
  const begun = a > 0 ? convNormAct(start, x, channelsOf(x), { ...depthwise, k: a, s: k > 0 ? 1 : s }) : x;
  const wide = roundedChannels(channelsOf(x) * e);
  const expanded = convNormAct(scope.child("pw_exp"), begun, wide, { eps, act });
  const middle = scope.child("dw_mid");
  const spread = k > 0 ? convNormAct(middle, expanded, wide, { ...depthwise, k, s, act }) : expanded;
  const z = excited(scope, spread, block);
  const y = convNormAct(scope.child("pw_proj"), z, c2, { eps, ...inResidual(x, block) });
  for (const name of ["dw_end", "layer_scale"]) scope.child(name);
  return joined(scope, x, y, block);
}

/** Emits a block of each kind. timm models/_efficientnet_blocks.py */
export const BLOCKS = {
  cn: convolution,
  ds: depthwiseSeparable,
  ir: invertedResidual,
  er: edgeResidual,
  uir: universalResidual,
} satisfies Record<BlockRow["kind"], (scope: Scope, x: Value, block: Block) => Value>;
