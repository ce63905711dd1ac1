import type { Value } from "@yolo-compile/ir";
import type { Scope } from "@yolo-compile/network";
import { variants } from "../../backbone.js";
import { conv } from "../../layers/conv.js";
import { layerNorm2d } from "../../layers/layer-norm.js";
import { convBlock, splitBlock } from "./blocks.js";

/** The differences among EdgeNeXts. */
interface EdgeNeXt {
  readonly depths: readonly number[];
  readonly widths: readonly number[];
  readonly heads?: number;
  /** An overlapping stem, maps halved by the first block of a stage, depthwise convolutions without a bias. */
  readonly halvingBlocks?: boolean;
}

const EPS = 1e-6;
const KERNELS = [3, 5, 7, 9];
const SCALES = [2, 2, 3, 4];
/** The stage whose attention knows positions. */
const WITH_POSITIONS = 1;

function stem(scope: Scope, image: Value, { widths, halvingBlocks = false }: EdgeNeXt): Value {
  const settings = halvingBlocks ? { k: 9, p: 4, bias: false } : { k: 4, p: 0, bias: true };
  const y = conv(scope.child("stem_0"), image, widths[0]!, { ...settings, s: 4 });
  return layerNorm2d(scope.child("stem_1"), y, EPS);
}

function downsample(scope: Scope, x: Value, width: number): Value {
  const y = layerNorm2d(scope.child("0"), x, EPS);
  return conv(scope.child("1"), y, width, { k: 2, s: 2, p: 0, bias: true });
}

/** EdgeNeXt: levels of stride 4 to 32. timm models/edgenext.py */
function edgeNeXt(scope: Scope, image: Value, model: EdgeNeXt): readonly Value[] {
  const { depths, widths, heads = 8, halvingBlocks = false } = model;
  const bias = !halvingBlocks;
  let x = stem(scope, image, model);
  return depths.map((depth, stage) => {
    const inner = scope.child(`stages_${stage}`);
    const [down, blocks, width] = [inner.child("downsample"), inner.child("blocks"), widths[stage]!];
    if (stage > 0 && !halvingBlocks) x = downsample(down, x, width);
    for (let index = 0; index < depth; index++) {
      const block = blocks.child(String(index));
      const s = stage > 0 && index === 0 && halvingBlocks ? 2 : 1;
      const attends = stage > 0 && index === depth - 1;
      x = attends
        ? splitBlock(block, x, { scales: SCALES[stage]!, heads, positions: stage === WITH_POSITIONS, bias })
        : convBlock(block, x, { k: KERNELS[stage]!, s, width, bias });
    }
    return x;
  });
}

/** EdgeNeXt by size. */
export const EDGENEXTS = variants(edgeNeXt, {
  edgenext_xx_small: { depths: [2, 2, 6, 2], widths: [24, 48, 88, 168], heads: 4 },
  edgenext_x_small: { depths: [3, 3, 9, 3], widths: [32, 64, 100, 192], heads: 4 },
  edgenext_small: { depths: [3, 3, 9, 3], widths: [48, 96, 160, 304] },
  edgenext_base: { depths: [3, 3, 9, 3], widths: [80, 160, 288, 584] },
  edgenext_small_rw: { depths: [3, 3, 9, 3], widths: [48, 96, 192, 384], halvingBlocks: true },
});
