import type { Value } from "@yolo-compile/ir";
import { channelsOf, type Scope } from "@yolo-compile/network";
import { variants } from "../backbone.js";
import { identity, relu } from "../layers/activation.js";
import { type Branches, mobileOneBranches, repVggBranches } from "../layers/branches.js";
import type { ConvSettings } from "../layers/conv.js";
import { batchNormAct } from "../layers/norm.js";
import { nearestMultiple, squeezeExcite } from "../layers/squeeze-excite.js";

/** The differences among RepVGGs. */
interface RepVgg {
  readonly stem: number;
  readonly depths?: readonly number[];
  /** Widths of the stages, relative to 64, 128, 256 and 512. */
  readonly widths: readonly number[];
  /** Groups of each second block. */
  readonly groups?: number;
  readonly excite?: boolean;
}

const WIDTHS = [64, 128, 256, 512];
const identityNorm: Branches["identityNorm"] = (scope, x, settings) => batchNormAct(scope, x, identity, settings);

/** Behind the branches: squeeze-and-excitation `attn`, where there is one, and ReLU. */
function finished(scope: Scope, y: Value, excite: number | undefined): Value {
  const attention = scope.child("attn");
  return relu(scope.child("act"), excite === undefined ? y : squeezeExcite(attention, y, excite));
}

function repVggBlock(scope: Scope, x: Value, c2: number, s: number, g: number, excite: boolean): Value {
  const y = repVggBranches(scope, x, c2, { k: 3, s, g, identityNorm });
  scope.child("drop_path");
  return finished(scope, y, excite ? nearestMultiple(c2 / 16, 1) : undefined);
}

/** RepVGG: levels of stride 2 to 32. timm models/byobnet.py */
function repVgg(scope: Scope, image: Value, model: RepVgg): readonly Value[] {
  const { stem, depths = [4, 6, 16, 1], widths, groups = 1, excite = false } = model;
  let x = repVggBlock(scope.child("stem"), image, stem, 2, 1, excite);
  let before = 0;
  const levels = [x];
  depths.forEach((depth, stage) => {
    const inner = scope.child(`stages_${stage}`);
    for (let index = 0; index < depth; index++, before++) {
      const g = before % 2 === 1 ? groups : 1;
      const c2 = WIDTHS[stage]! * widths[stage]!;
      x = repVggBlock(inner.child(String(index)), x, c2, index === 0 ? 2 : 1, g, excite);
    }
    levels.push(x);
  });
  scope.child("final_conv");
  return levels;
}

/** The differences among MobileOnes. */
interface MobileOne {
  readonly stem: number;
  readonly widths: readonly number[];
  /** k x k branches of a block. */
  readonly count?: number;
  /** The last blocks of each stage that have squeeze-and-excitation. */
  readonly excited?: readonly number[];
}

const DEPTHS = [2, 8, 10, 1];

/** A block of parallel branches, and whether it has squeeze-and-excitation. */
interface MobileOneBlock {
  readonly k: number;
  readonly s: number;
  readonly g?: ConvSettings["g"];
  readonly count: number;
  readonly excite?: boolean;
}

function mobileOneBlock(scope: Scope, x: Value, c2: number, { excite = false, ...branches }: MobileOneBlock): Value {
  const y = mobileOneBranches(scope, x, c2, { ...branches, identityNorm });
  scope.child("drop_path");
  return finished(scope, y, excite ? nearestMultiple(c2 / 16) : undefined);
}

/** MobileOne: levels of stride 2 to 32. timm models/byobnet.py */
function mobileOne(scope: Scope, image: Value, { stem, widths, count = 1, excited = [] }: MobileOne): readonly Value[] {
  let x = mobileOneBlock(scope.child("stem"), image, stem, { k: 3, s: 2, count: 1 });
  const levels = [x];
  DEPTHS.forEach((depth, stage) => {
    const inner = scope.child(`stages_${stage}`);
    for (let index = 0; index < depth; index++) {
      const excite = index >= depth - (excited[stage] ?? 0);
      const [spread, mixed] = [inner.child(String(2 * index)), inner.child(String(2 * index + 1))];
      const s = index === 0 ? 2 : 1;
      x = mobileOneBlock(spread, x, channelsOf(x), { k: 3, s, g: "depthwise", count, excite });
      x = mobileOneBlock(mixed, x, WIDTHS[stage]! * widths[stage]!, { k: 1, s: 1, count, excite });
    }
    levels.push(x);
  });
  scope.child("final_conv");
  return levels;
}

const A = [2, 4, 14, 1];

/** RepVGG by size; `g4` have groups in each second block, `se` squeeze-and-excitation. */
export const REPVGGS = variants(repVgg, {
  repvgg_a0: { stem: 48, depths: A, widths: [0.75, 0.75, 0.75, 2.5] },
  repvgg_a1: { stem: 64, depths: A, widths: [1, 1, 1, 2.5] },
  repvgg_a2: { stem: 64, depths: A, widths: [1.5, 1.5, 1.5, 2.75] },
  repvgg_b0: { stem: 64, widths: [1, 1, 1, 2.5] },
  repvgg_b1: { stem: 64, widths: [2, 2, 2, 4] },
  repvgg_b1g4: { stem: 64, widths: [2, 2, 2, 4], groups: 4 },
  repvgg_b2: { stem: 64, widths: [2.5, 2.5, 2.5, 5] },
  repvgg_b2g4: { stem: 64, widths: [2.5, 2.5, 2.5, 5], groups: 4 },
  repvgg_b3: { stem: 64, widths: [3, 3, 3, 5] },
  repvgg_b3g4: { stem: 64, widths: [3, 3, 3, 5], groups: 4 },
  repvgg_d2se: { stem: 64, depths: [8, 14, 24, 1], widths: [2.5, 2.5, 2.5, 5], excite: true },
});

/** MobileOne by size. */
export const MOBILEONES = variants(mobileOne, {
  mobileone_s0: { stem: 48, widths: [0.75, 1, 1, 2], count: 4 },
  mobileone_s1: { stem: 64, widths: [1.5, 1.5, 2, 2.5] },
  mobileone_s2: { stem: 64, widths: [1.5, 2, 2.5, 4] },
  mobileone_s3: { stem: 64, widths: [2, 2.5, 3, 4] },
  mobileone_s4: { stem: 64, widths: [3, 3.5, 3.5, 4], excited: [0, 0, 5, 1] },
});
