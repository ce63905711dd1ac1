import { roundHalfEven } from "@yolo-compile/core";
import type { Value } from "@yolo-compile/ir";
import { channelsOf, type Scope } from "@yolo-compile/network";
import { variants } from "../backbone.js";
import { relu } from "../layers/activation.js";
import { convNormAct, IN_RESIDUAL } from "../layers/norm.js";
import { roundedChannels, squeezeExcite } from "../layers/squeeze-excite.js";

/** The parameters of a design space from which widths and depths follow. */
interface RegNet {
  readonly depth: number;
  readonly initial: number;
  readonly slope: number;
  readonly multiplier: number;
  /** Channels of a group. */
  readonly group: number;
  /** Squeeze-and-excitation, a quarter of a block's input wide: the Y networks. */
  readonly excite?: boolean;
  /** The least share of a width that rounding to whole groups may leave; half a group up or down where left out. */
  readonly least?: number;
}

/** A run of blocks of one width. */
interface Stage {
  width: number;
  depth: number;
  group: number;
}

const QUANTUM = 8;
const STEM = 32;

/** Designing Network Design Spaces (arXiv 2003.13678), section 3.4: widths grow linearly and are rounded to few. */
function stagesOf({ depth, initial, slope, multiplier, group, least }: RegNet): readonly Stage[] {
  const stages: Stage[] = [];
  for (let block = 0; block < depth; block++) {
    const exponent = roundHalfEven(Math.log((initial + slope * block) / initial) / Math.log(multiplier));
    const width = roundHalfEven((initial * multiplier ** exponent) / QUANTUM) * QUANTUM;
    const last = stages.at(-1);
    if (last?.width === width) last.depth++;
    else stages.push({ width, depth: 1, group: Math.min(group, width) });
  }
  return stages.map((stage) => ({
    ...stage,
    width:
      least === undefined
        ? roundHalfEven(stage.width / stage.group) * stage.group
        : roundedChannels(stage.width, stage.group, least),
  }));
}

/** relu(conv3(conv2(conv1(x))) + shortcut). Bottleneck */
function block(scope: Scope, x: Value, { width, group }: Stage, s: number, excite: boolean): Value {
  const y = convNormAct(scope.child("conv1"), x, width, { act: relu });
  const z = convNormAct(scope.child("conv2"), y, width, { k: 3, s, g: width / group, act: relu });
  const inner = scope.child("se");
  const excited = excite ? squeezeExcite(inner, z, roundHalfEven(channelsOf(x) / 4)) : z;
  const reduced = convNormAct(scope.child("conv3"), excited, width, { randomScale: IN_RESIDUAL });
  const changes = s > 1 || channelsOf(x) !== width;
  const shortcut = scope.child("downsample");
  const skipped = changes ? convNormAct(shortcut, x, width, { s }) : x;
  scope.child("drop_path");
  return relu(scope.child("act3"), scope.op("Add", [reduced, skipped]));
}

/** RegNet X and Y: levels of stride 2 to 32. timm models/regnet.py */
function regNet(scope: Scope, image: Value, model: RegNet): readonly Value[] {
  let x = convNormAct(scope.child("stem"), image, STEM, { k: 3, s: 2, act: relu });
  const levels = [x];
  stagesOf(model).forEach((stage, index) => {
    const inner = scope.child(`s${index + 1}`);
    for (let at = 1; at <= stage.depth; at++)
      x = block(inner.child(`b${at}`), x, stage, at === 1 ? 2 : 1, model.excite ?? false);
    levels.push(x);
  });
  return levels;
}

/** Depth, initial width, slope, multiplier, channels of a group. */
const x = (
  ...[depth, initial, slope, multiplier, group]: readonly [number, number, number, number, number]
): RegNet => ({
  depth,
  initial,
  slope,
  multiplier,
  group,
});

const y = (...parameters: Parameters<typeof x>): RegNet => ({ ...x(...parameters), excite: true });

const TORCHVISION = { least: 0.9 } as const;

/** RegNet X, and Y with squeeze-and-excitation; `tv` are rounded as torchvision does. */
export const REGNETS = variants(regNet, {
  regnetx_002: x(13, 24, 36.44, 2.49, 8),
  regnetx_004: x(22, 24, 24.48, 2.54, 16),
  regnetx_004_tv: { ...x(22, 24, 24.48, 2.54, 16), ...TORCHVISION },
  regnetx_006: x(16, 48, 36.97, 2.24, 24),
  regnetx_008: x(16, 56, 35.73, 2.28, 16),
  regnetx_016: x(18, 80, 34.01, 2.25, 24),
  regnetx_032: x(25, 88, 26.31, 2.25, 48),
  regnetx_040: x(23, 96, 38.65, 2.43, 40),
  regnetx_064: x(17, 184, 60.83, 2.07, 56),
  regnetx_080: x(23, 80, 49.56, 2.88, 120),
  regnetx_120: x(19, 168, 73.36, 2.37, 112),
  regnetx_160: x(22, 216, 55.59, 2.1, 128),
  regnetx_320: x(23, 320, 69.86, 2, 168),
  regnety_002: y(13, 24, 36.44, 2.49, 8),
  regnety_004: y(16, 48, 27.89, 2.09, 8),
  regnety_006: y(15, 48, 32.54, 2.32, 16),
  regnety_008: y(14, 56, 38.84, 2.4, 16),
  regnety_008_tv: { ...y(14, 56, 38.84, 2.4, 16), ...TORCHVISION },
  regnety_016: y(27, 48, 20.71, 2.65, 24),
  regnety_032: y(21, 80, 42.63, 2.66, 24),
  regnety_040: y(22, 96, 31.41, 2.24, 64),
  regnety_064: y(25, 112, 33.22, 2.27, 72),
  regnety_080: y(17, 192, 76.82, 2.19, 56),
  regnety_080_tv: { ...y(17, 192, 76.82, 2.19, 56), ...TORCHVISION },
  regnety_120: y(19, 168, 73.36, 2.37, 112),
  regnety_160: y(18, 200, 106.23, 2.48, 112),
  regnety_320: y(20, 232, 115.89, 2.53, 232),
  regnety_640: y(20, 352, 147.48, 2.4, 328),
  regnety_1280: y(27, 456, 160.83, 2.52, 264),
  regnety_2560: y(27, 640, 230.83, 2.53, 373),
});
