import { roundHalfEven } from "@yolo-compile/core";
import type { Value } from "@yolo-compile/ir";
import { avgPool2d, channelsOf, concat, type Scope, split } from "@yolo-compile/network";
import { variants } from "../backbone.js";
import { type Activation, leakyRelu, silu } from "../layers/activation.js";
import { convNormAct, IN_RESIDUAL } from "../layers/norm.js";
import { nearestMultiple, roundedChannels, squeezeExcite } from "../layers/squeeze-excite.js";

/** A stage: its width, its blocks, and how those share the channels. */
interface Stage {
  readonly width: number;
  readonly depth: number;
  /**
   * `dark`: blocks of the whole map. `csp`: of half of it, with a 1x1 convolution behind them; the first stage widens first.
   * `cs3`: of half of it, joined at once.
   */
  readonly kind: "dark" | "csp" | "cs3";
  /** Width inside a block, as a share of its output. */
  readonly bottleneck: number;
  /** Width of `csp` before the split, as a share of the stage's. */
  readonly expansion?: number;
}

/** The differences among Darknets. */
interface Darknet {
  readonly stages: readonly Stage[];
  /** Widths of the stem's convolutions; of one 6x6 where they are a single number and `focus`. */
  readonly stem: readonly number[];
  readonly focus?: boolean;
  /** Whether the stem halves the map: levels from stride 2 on, else from 1 on. */
  readonly halvedStem: boolean;
  readonly act: Activation;
  /** Squeeze-and-excitation inside the blocks, as a share of their width. */
  readonly excite?: number;
  /** Average pooling in front of a 1x1 convolution in the place of a 3x3 one of stride 2. */
  readonly averageDown?: boolean;
  /** Blocks that convolve first: 3x3, 1x1. */
  readonly edge?: boolean;
}

/** x + conv2(attn(conv1(x))). DarkBlock, EdgeBlock */
function block(scope: Scope, x: Value, bottleneck: number, { act, excite, edge = false }: Darknet): Value {
  const c = channelsOf(x);
  const y = convNormAct(scope.child("conv1"), x, roundHalfEven(c * bottleneck), { k: edge ? 3 : 1, act });
  const inner = scope.child("attn");
  const z = excite === undefined ? y : squeezeExcite(inner, y, nearestMultiple(channelsOf(y) * excite), act);
  scope.child("drop_path");
  const settings = { k: edge ? 1 : 3, act, randomScale: IN_RESIDUAL };
  return scope.op("Add", [convNormAct(scope.child("conv2"), z, c, settings), x]);
}

function blocks(scope: Scope, x: Value, { depth, bottleneck }: Stage, model: Darknet): Value {
  const list = scope.child("blocks");
  let y = x;
  for (let index = 0; index < depth; index++) y = block(list.child(String(index)), y, bottleneck, model);
  return y;
}

function downsample(scope: Scope, x: Value, c2: number, { act, averageDown = false }: Darknet): Value {
  if (!averageDown) return convNormAct(scope, x, c2, { k: 3, s: 2, act });
  return convNormAct(scope.child("1"), avgPool2d(scope.child("0"), x, { k: 2, s: 2 }), c2, { act });
}

/** DarkStage, CrossStage, CrossStage3 */
function stage(scope: Scope, x: Value, settings: Stage, model: Darknet): Value {
  const { width, kind, expansion = 1 } = settings;
  const { act } = model;
  const down = scope.child("conv_down");
  if (kind === "dark") return blocks(scope, downsample(down, x, width, model), settings, model);
  const halved = downsample(down, x, kind === "csp" || model.averageDown ? width : channelsOf(x), model);
  const wide = width * expansion;
  const expanded = convNormAct(scope.child("conv_exp"), halved, wide, { act });
  const [first, second] = split(scope, expanded, [wide / 2, wide / 2], 1) as [Value, Value];
  const transition = scope.child("conv_transition");
  if (kind === "cs3") {
    const mixed = concat(scope, [blocks(scope, first, settings, model), second]);
    return convNormAct(transition, mixed, width, { act });
  }
  const mixed = blocks(scope, second, settings, model);
  const joined = convNormAct(scope.child("conv_transition_b"), mixed, wide / 2, { act });
  return convNormAct(transition, concat(scope, [first, joined]), width, { act });
}

/** Darknet, CSPDarknet, CS3Darknet: levels of stride 1 or 2 to 32. timm models/cspnet.py */
function darknet(scope: Scope, image: Value, model: Darknet): readonly Value[] {
  const { stem, focus = false, halvedStem, act, stages } = model;
  let x = image;
  for (const [index, width] of stem.entries()) {
    const s = index === 0 && halvedStem ? 2 : 1;
    x = convNormAct(scope.child(`stem_conv${index + 1}`), x, width, focus ? { k: 6, s, p: 2, act } : { k: 3, s, act });
  }
  const levels = [x];
  for (const [index, settings] of stages.entries()) {
    x = stage(scope.child(`stages_${index}`), x, settings, model);
    levels.push(x);
  }
  return levels;
}

const WIDTHS = [64, 128, 256, 512, 1024];

const dark = (depths: readonly number[]): Darknet => ({
  stem: [32],
  halvedStem: false,
  act: leakyRelu,
  stages: depths.map((depth, index) => ({ width: WIDTHS[index]!, depth, kind: "dark", bottleneck: 0.5 })),
});

const DEPTHS_53 = [1, 2, 8, 8, 4];

const CSP_53: Darknet = {
  ...dark([]),
  stages: DEPTHS_53.map((depth, index) => ({
    width: WIDTHS[index]!,
    depth,
    kind: "csp",
    bottleneck: index === 0 ? 0.5 : 1,
    expansion: index === 0 ? 2 : 1,
  })),
};

const CS3_DEPTHS = [3, 6, 9, 3];
const SIZES = { s: [0.5, 0.5], m: [0.75, 0.67], l: [1, 1], x: [1.25, 1.33] } as const;

/** A CS3Darknet by its multipliers of width and depth. */
const cs3 = ([width, depth]: readonly [number, number], bottleneck = 1): Darknet => ({
  stem: [32, 64].map((channels) => roundedChannels(channels * width)),
  halvedStem: true,
  act: silu,
  stages: CS3_DEPTHS.map((count, index) => ({
    width: roundedChannels(WIDTHS[index + 1]! * width),
    depth: Math.trunc(count * depth),
    kind: "cs3",
    bottleneck,
  })),
});

const focused = (model: Darknet): Darknet => ({ ...model, stem: model.stem.slice(1), focus: true });

/** Darknet, CSPDarknet and CS3Darknet; `se` with squeeze-and-excitation, `edge` with the 3x3 first in a block. */
export const DARKNETS = variants(darknet, {
  darknet17: dark([1, 1, 1, 1, 1]),
  darknet21: dark([1, 1, 1, 2, 2]),
  darknet53: dark(DEPTHS_53),
  darknetaa53: { ...dark(DEPTHS_53), averageDown: true },
  cspdarknet53: CSP_53,
  cs3darknet_s: cs3(SIZES.s),
  cs3darknet_m: cs3(SIZES.m),
  cs3darknet_l: cs3(SIZES.l),
  cs3darknet_x: cs3(SIZES.x),
  cs3darknet_focus_s: focused(cs3(SIZES.s)),
  cs3darknet_focus_m: focused(cs3(SIZES.m)),
  cs3darknet_focus_l: focused(cs3(SIZES.l)),
  cs3darknet_focus_x: focused(cs3(SIZES.x)),
  cs3sedarknet_l: { ...cs3(SIZES.l), excite: 1 / 4 },
  cs3sedarknet_x: { ...cs3(SIZES.x), excite: 1 / 16 },
  cs3edgenet_x: { ...cs3(SIZES.x, 1.5), edge: true },
  cs3se_edgenet_x: { ...cs3(SIZES.x, 1.5), edge: true, excite: 1 / 4 },
});
