import type { Value } from "@yolo-compile/ir";
import { batchNorm2d, channelsOf, type Scope } from "@yolo-compile/network";
import { variants } from "../backbone.js";
import { relu6 } from "../layers/activation.js";
import { type ConvSettings, conv } from "../layers/conv.js";
import { IN_RESIDUAL, type NormSettings } from "../layers/norm.js";

/** The differences among StarNets. */
interface StarNet {
  readonly width: number;
  readonly depths: readonly number[];
  /** Expansion of the channels inside a block. */
  readonly expansion?: number;
}

interface ConvBnSettings extends ConvSettings, Pick<NormSettings, "randomScale"> {
  readonly bn?: boolean;
}

/** Convolution with a bias, and BatchNorm where asked for. ConvBN */
function convBn(scope: Scope, x: Value, c2: number, settings: ConvBnSettings = {}): Value {
  const { bn = true, randomScale } = settings;
  const y = conv(scope.child("conv"), x, c2, { ...settings, bias: true });
  return bn ? batchNorm2d(scope.child("bn"), y, { randomScale }) : y;
}

/** Random weights of g: relu6 makes its input up to six times as large as f2. */
const BEHIND_STAR = IN_RESIDUAL / 6;

/** x + depthwise(g(relu6(f1(y)) * f2(y))) with y a depthwise convolution of x. Block */
function block(scope: Scope, x: Value, expansion: number): Value {
  const c = channelsOf(x);
  const depthwise = { k: 7, g: "depthwise" } as const;
  const y = convBn(scope.child("dwconv"), x, c, depthwise);
  const [f1, f2] = ["f1", "f2"].map((name) => convBn(scope.child(name), y, expansion * c, { bn: false }));
  const star = scope.op("Mul", [relu6(scope.child("act"), f1!), f2]);
  scope.child("drop_path");
  const narrow = convBn(scope.child("g"), star, c, { randomScale: BEHIND_STAR });
  return scope.op("Add", [x, convBn(scope.child("dwconv2"), narrow, c, { ...depthwise, bn: false })]);
}

const STEM = 32;

/** StarNet: levels of stride 4 to 32. timm models/starnet.py */
function starNet(scope: Scope, image: Value, { width, depths, expansion = 4 }: StarNet): readonly Value[] {
  const first = convBn(scope.child("stem_0"), image, STEM, { k: 3, s: 2 });
  let x = relu6(scope.child("stem_1"), first);
  return depths.map((depth, stage) => {
    const inner = scope.child(`stages_${stage}`);
    x = convBn(inner.child("0"), x, width * 2 ** stage, { k: 3, s: 2 });
    for (let index = 1; index <= depth; index++) x = block(inner.child(String(index)), x, expansion);
    return x;
  });
}

/** StarNet by size. */
export const STARNETS = variants(starNet, {
  starnet_s1: { width: 24, depths: [2, 2, 8, 3] },
  starnet_s2: { width: 32, depths: [1, 2, 6, 2] },
  starnet_s3: { width: 32, depths: [2, 2, 8, 4] },
  starnet_s4: { width: 32, depths: [3, 3, 12, 5] },
  starnet_s050: { width: 16, depths: [1, 1, 3, 1], expansion: 3 },
  starnet_s100: { width: 20, depths: [1, 2, 4, 1] },
  starnet_s150: { width: 24, depths: [1, 2, 4, 2], expansion: 3 },
});
