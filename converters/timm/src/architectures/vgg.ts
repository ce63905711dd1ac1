import type { Value } from "@yolo-compile/ir";
import { batchNorm2d, maxPool2d, type Scope } from "@yolo-compile/network";
import { variants } from "../backbone.js";
import { relu } from "../layers/activation.js";
import { conv } from "../layers/conv.js";

/** The differences among VGGs. */
interface Vgg {
  /** Convolutions of each stage. */
  readonly depths: readonly number[];
  readonly bn?: boolean;
}

const WIDTHS = [64, 128, 256, 512, 512];

/** VGG: levels of stride 1 to 32, each in front of a pooling, and what the last one gives. timm models/vgg.py */
function vgg(scope: Scope, image: Value, { depths, bn = false }: Vgg): readonly Value[] {
  let count = 0;
  const next = (): Scope => scope.child(`features_${count++}`);
  const levels: Value[] = [];
  let x = image;
  depths.forEach((depth, stage) => {
    for (let index = 0; index < depth; index++) {
      x = conv(next(), x, WIDTHS[stage]!, { k: 3, bias: true });
      if (bn) x = batchNorm2d(next(), x);
      x = relu(next(), x);
    }
    levels.push(x);
    x = maxPool2d(next(), x, { k: 2, s: 2 });
  });
  return [...levels, x];
}

const DEPTHS = { 11: [1, 1, 2, 2, 2], 13: [2, 2, 2, 2, 2], 16: [2, 2, 3, 3, 3], 19: [2, 2, 4, 4, 4] } as const;

/** VGG without BatchNorm, and with it: `bn`. */
export const VGGS = variants(vgg, {
  vgg11: { depths: DEPTHS[11] },
  vgg13: { depths: DEPTHS[13] },
  vgg16: { depths: DEPTHS[16] },
  vgg19: { depths: DEPTHS[19] },
  vgg11_bn: { depths: DEPTHS[11], bn: true },
  vgg13_bn: { depths: DEPTHS[13], bn: true },
  vgg16_bn: { depths: DEPTHS[16], bn: true },
  vgg19_bn: { depths: DEPTHS[19], bn: true },
});
