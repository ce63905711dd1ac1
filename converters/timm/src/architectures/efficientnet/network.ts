import { roundHalfEven } from "@yolo-compile/core";
import type { Value } from "@yolo-compile/ir";
import { batchNorm2d, type Scope } from "@yolo-compile/network";
import { type Activation, relu, sigmoid } from "../../layers/activation.js";
import { conv } from "../../layers/conv.js";
import { batchNormAct } from "../../layers/norm.js";
import { roundedChannels } from "../../layers/squeeze-excite.js";
import { BLOCKS, type Block } from "./blocks.js";
import { type BlockRow, type DepthRounding, parseRow, scaledRows } from "./rows.js";

/** Squeeze-and-excitation as a network has it. */
export interface Excite {
  /** The network's own where left out. */
  readonly act?: Activation;
  readonly gate: Activation;
  /** Whether its width is a share of the channels inside a block, not of the block's input. */
  readonly fromExpanded: boolean;
  readonly round: (width: number) => number;
}

/** What a network of EfficientNet's kind is made with. */
export interface EfficientNet {
  /** The rows of each stage, as {@link parseRow} reads them. */
  readonly stages: readonly (readonly string[])[];
  readonly stem: number;
  readonly activation: Activation;
  readonly width?: number;
  readonly depth?: number | readonly number[];
  readonly depthRounding?: DepthRounding;
  /** Whether the stem keeps its width. */
  readonly fixedStem?: boolean;
  /** Whether the first and the last stage keep their depth. */
  readonly fixedEnds?: boolean;
  /** The least share of a scaled width that rounding may leave; 0.9 where left out. */
  readonly roundLimit?: number;
  /** TensorFlow's padding. */
  readonly padding?: "same";
  /** BatchNorm's epsilon in the blocks. */
  readonly eps?: number;
  /** A BatchNorm2d with an activation behind it in the stem, as MobileNetV3 has it. */
  readonly plainStem?: boolean;
  readonly excite?: Excite;
}

/** EfficientNet's own squeeze-and-excitation. */
const EXCITE: Excite = { gate: sigmoid, fromExpanded: false, round: roundHalfEven };

/** TensorFlow's padding and epsilon. */
export const TENSORFLOW = { padding: "same", eps: 1e-3 } as const;

/** Channels under the width's multiplier. */
function scaledWidth({ width = 1, roundLimit }: EfficientNet, channels: number): number {
  return roundedChannels(channels * width, 8, roundLimit);
}

function stem(scope: Scope, image: Value, model: EfficientNet): Value {
  const { stem: channels, fixedStem, activation, plainStem } = model;
  const c2 = fixedStem ? channels : scaledWidth(model, channels);
  const y = conv(scope.child("conv_stem"), image, c2, { k: 3, s: 2, p: model.padding });
  const bn = scope.child("bn1");
  if (plainStem) return activation(scope.child("act1"), batchNorm2d(bn, y));
  return batchNormAct(bn, y, activation, { eps: model.eps });
}

function blockOf(row: BlockRow, first: boolean, model: EfficientNet): Block {
  const activation = row.relu ? relu : model.activation;
  const { act = activation, gate, fromExpanded, round } = model.excite ?? EXCITE;
  const share = fromExpanded ? row.se : row.se / row.e;
  return {
    ...row,
    s: first ? row.s : 1,
    f: row.f && scaledWidth(model, row.f),
    c2: scaledWidth(model, row.c),
    activation,
    padding: model.padding,
    eps: model.eps,
    excite: (channels) => (row.se > 0 ? { width: round(channels * share), act, gate } : undefined),
  };
}

/** The blocks of each stage. */
function stagesOf(model: EfficientNet): readonly (readonly Block[])[] {
  const { stages, depth = 1, depthRounding = "up", fixedEnds = false } = model;
  return stages.map((texts, stage) => {
    const fixed = fixedEnds && (stage === 0 || stage === stages.length - 1);
    const own = typeof depth === "number" ? depth : depth[stage]!;
    const rows = scaledRows(texts.map(parseRow), fixed ? 1 : own, depthRounding);
    return rows.map((row, index) => blockOf(row, index === 0, model));
  });
}

/** EfficientNet and its kin: levels of stride 2 to 32. timm models/efficientnet.py, models/mobilenetv3.py */
export function efficientNet(scope: Scope, image: Value, model: EfficientNet): readonly Value[] {
  let x = stem(scope, image, model);
  const stages = stagesOf(model);
  const strideOf = (stage: number): number => stages[stage]?.[0]?.s ?? 2;
  const levels = strideOf(0) > 1 ? [x] : [];
  const root = scope.child("blocks");
  stages.forEach((blocks, stage) => {
    const inner = root.child(String(stage));
    blocks.forEach((block, index) => {
      x = BLOCKS[block.kind](inner.child(String(index)), x, block);
    });
    if (strideOf(stage + 1) > 1) levels.push(x);
  });
  return levels;
}
