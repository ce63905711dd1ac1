import { roundHalfEven } from "@yolo-compile/core";
import type { Value } from "@yolo-compile/ir";
import { channelsOf, type Scope } from "@yolo-compile/network";
import { variants } from "../../backbone.js";
import { type Activation, geluTanh, hardSwish } from "../../layers/activation.js";
import { convNorm } from "./layers.js";
import { linearAttention } from "./linear-attention.js";

/** The differences among MIT's EfficientViTs. */
interface EfficientVit {
  readonly widths: readonly number[];
  readonly depths: readonly number[];
  /** Channels of a head. */
  readonly head: number;
  /** The large ones: plain convolutions first, wider blocks, attention in the last stage alone. */
  readonly large?: boolean;
}

/** A local block; `fewerNorms` have biases in place of all BatchNorms but the last. */
interface Local {
  readonly c2: number;
  readonly s: number;
  readonly expansion: number;
  readonly fewerNorms: boolean;
  readonly act: Activation;
}

/** 1x1, depthwise 3x3, 1x1. MBConv */
function invertedBlock(scope: Scope, x: Value, { c2, s, expansion, fewerNorms, act }: Local): Value {
  const inner = { norm: !fewerNorms, bias: true, act };
  const width = roundHalfEven(channelsOf(x) * expansion);
  const wide = convNorm(scope.child("inverted_conv"), x, width, inner);
  const spread = convNorm(scope.child("depth_conv"), wide, width, { ...inner, k: 3, s, g: "depthwise" });
  return convNorm(scope.child("point_conv"), spread, c2, { residual: s === 1 });
}

/** 3x3 that widens, 1x1. FusedMBConv */
function fusedBlock(scope: Scope, x: Value, { c2, s, expansion, fewerNorms, act }: Local): Value {
  const width = roundHalfEven(channelsOf(x) * expansion);
  const wide = convNorm(scope.child("spatial_conv"), x, width, { norm: !fewerNorms, bias: true, act, k: 3, s });
  return convNorm(scope.child("point_conv"), wide, c2, { residual: s === 1 });
}

/** main(x), and x added to it where `joined`. ResidualBlock */
function residual(scope: Scope, x: Value, joined: boolean, main: (scope: Scope, x: Value) => Value): Value {
  scope.child("pre_norm");
  const y = main(scope.child("main"), x);
  if (!joined) return y;
  scope.child("shortcut");
  return scope.op("Add", [y, x]);
}

function stem(scope: Scope, image: Value, width: number, depth: number, large: boolean, act: Activation): Value {
  let x = convNorm(scope.child("stem_in_conv"), image, width, { k: 3, s: 2, act });
  for (let index = 0; index < depth; index++)
    x = residual(scope.child(`stem_res${index}`), x, true, (inner, y) => {
      const [first, second] = large ? ["conv1", "conv2"] : ["depth_conv", "point_conv"];
      const mixed = convNorm(inner.child(first), y, width, { k: 3, g: large ? 1 : "depthwise", act });
      return convNorm(inner.child(second), mixed, width, { k: large ? 3 : 1, residual: true });
    });
  return x;
}

/** The blocks of a stage: what halves the map, what stands behind it, whether those attend. */
interface Stage {
  readonly first: Local;
  readonly rest: Local;
  readonly block: typeof invertedBlock;
  readonly count: number;
  readonly attends: boolean;
}

function stageOf({ widths, depths, large = false }: EfficientVit, stage: number): Stage {
  const [c2, act] = [widths[stage + 1]!, large ? geluTanh : hardSwish];
  const depth = depths[stage + 1]!;
  const attends = stage >= (large ? 3 : 2);
  const fewerNorms = large ? stage >= 2 : attends;
  const shared = { c2, act };
  return {
    first: { ...shared, s: 2, expansion: large ? (attends ? 24 : 16) : 4, fewerNorms },
    rest: { ...shared, s: 1, expansion: large && attends ? 6 : 4, fewerNorms },
    block: large && stage < 2 ? fusedBlock : invertedBlock,
    count: large || attends ? depth : depth - 1,
    attends,
  };
}

/** MIT's EfficientViT: levels of stride 4 to 32. timm models/efficientvit_mit.py */
function efficientVit(scope: Scope, image: Value, model: EfficientVit): readonly Value[] {
  const { widths, depths, head, large = false } = model;
  let x = stem(scope, image, widths[0]!, depths[0]!, large, large ? geluTanh : hardSwish);
  return widths.slice(1).map((_, index) => {
    const { first, rest, block, count, attends } = stageOf(model, index);
    const blocks = scope.child(`stages_${index}`).child("blocks");
    x = residual(blocks.child("0"), x, false, (inner, y) => block(inner, y, first));
    for (let at = 1; at <= count; at++) {
      const inner = blocks.child(String(at));
      if (attends) x = residual(inner.child("context_module"), x, true, (main, y) => linearAttention(main, y, head));
      x = residual(attends ? inner.child("local_module") : inner, x, true, (main, y) => block(main, y, rest));
    }
    return x;
  });
}

const L = { large: true, head: 32 } as const;

/** MIT's EfficientViT, `b` and the large `l`; Microsoft's, `m`, are in converters/efficientvit. */
export const EFFICIENTVITS = variants(efficientVit, {
  efficientvit_b0: { widths: [8, 16, 32, 64, 128], depths: [1, 2, 2, 2, 2], head: 16 },
  efficientvit_b1: { widths: [16, 32, 64, 128, 256], depths: [1, 2, 3, 3, 4], head: 16 },
  efficientvit_b2: { widths: [24, 48, 96, 192, 384], depths: [1, 3, 4, 4, 6], head: 32 },
  efficientvit_b3: { widths: [32, 64, 128, 256, 512], depths: [1, 4, 6, 6, 9], head: 32 },
  efficientvit_l1: { widths: [32, 64, 128, 256, 512], depths: [1, 1, 1, 6, 6], ...L },
  efficientvit_l2: { widths: [32, 64, 128, 256, 512], depths: [1, 2, 2, 8, 8], ...L },
  efficientvit_l3: { widths: [64, 128, 256, 512, 1024], depths: [1, 2, 2, 8, 8], ...L },
});
