import { elementCount, isFixed } from "@yolo-compile/core";
import type { Value } from "@yolo-compile/ir";
import { mapSizes, type Scope } from "@yolo-compile/network";
import { cascadedGroupAttention } from "./attention.js";
import { convBn, feedForward, patchMerging, relu, residual, residualDepthwise } from "./blocks.js";
import { type DownsampleScopes, type Layout, layoutOf } from "./layout.js";
import { checkOpenMaps } from "./open-windows.js";
import type { BackboneSettings, StageSettings } from "./settings.js";
import { checkMaps, inWindows, sidesWithoutWaste, stageMaps, wastedShare } from "./windows.js";

const STEM_CONVOLUTIONS = 4;

/** Three convolutions that halve the map and a fourth that does so for stem stride 16. x: [n,c,h,w] -> [n,width,h/s,w/s] */
export function stem(scopes: ReturnType<Layout["stem"]>, x: Value, width: number, stemStride: number): Value {
  let y = x;
  for (let index = 0; index < STEM_CONVOLUTIONS; index++) {
    const last = index === STEM_CONVOLUTIONS - 1;
    const channels = width / 2 ** (STEM_CONVOLUTIONS - 1 - index);
    y = convBn(scopes.conv(index), y, channels, { k: 3, s: last && stemStride === 8 ? 1 : 2, p: 1 });
    if (!last) y = relu(scopes.activation(index), y);
  }
  return y;
}

/** A Sequential of a depthwise convolution and a feed-forward, each around a residual. */
function localMixing(scope: Scope, x: Value): Value {
  return residual(scope.child("1"), residualDepthwise(scope.child("0"), x), feedForward);
}

function downsample({ before, merge, after }: DownsampleScopes, x: Value, width: number): Value {
  return localMixing(after, patchMerging(merge, localMixing(before, x), width));
}

/** x: [n,c,h,w] -> [n,c,h,w]. EfficientViTBlock */
export function block(scope: Scope, x: Value, stage: StageSettings, table: number, padsSmallMaps = false): Value {
  const before = residual(scope.child("ffn0"), residualDepthwise(scope.child("dw0"), x), feedForward);
  const mixed = residual(scope.child("mixer"), before, (inner, y) => {
    const attention = inner.child("attn");
    const attend = (windows: Value): Value => cascadedGroupAttention(attention, windows, stage, table);
    return inWindows(inner, y, stage.window, attend, padsSmallMaps);
  });
  return residual(scope.child("ffn1"), residualDepthwise(scope.child("dw1"), mixed), feedForward);
}

/**
 * Side of the square of each stage's bias table: that of the window. Microsoft's classifiers, which have the stem of stride
 * 16, have tables of the whole map where that is smaller than a window, which the stored tables' sizes tell.
 */
function tableSides(root: Scope, layout: Layout, { stages, stemStride }: BackboneSettings): number[] {
  return stages.map(({ window, heads }, index) => {
    const name = `${layout.firstBlock(index, stages[index - 1]?.halvedAfter ?? false)}.mixer.m.attn.attention_biases`;
    const stored = root.stored(name);
    const side = stored ? Math.sqrt(elementCount(stored.shape) / heads) : window;
    if (!Number.isInteger(side) || side >= window) return window;
    if (stemStride === 16) return side;
    root.note(
      "efficientvit/tables",
      `stage ${index + 1} has bias tables for ${side}x${side} tokens, as a classifier with strides 16, 32, 64 has; the yaml means strides 8, 16, 32 and windows of ${window}x${window}`,
      ["`stem_stride: 16` in model_cfg asks for strides 16, 32, 64"],
    );
    return window;
  });
}

/**
 * The maps of all stages. x: [n,c,h,w] -> [n,width,h/s,w/s] for s = 8, 16, 32 or 16, 32, 64.
 * @throws efficientvit/window where the original could not run the image, efficientvit/open-size where it could not run every image
 */
export function backbone(
  root: Scope,
  x: Value,
  settings: BackboneSettings,
  layout: Layout = layoutOf(root),
): readonly Value[] {
  const [, , height, width] = mapSizes(x);
  const tables = tableSides(root, layout, settings);
  if (isFixed(height) && isFixed(width)) {
    checkMaps(settings, tables, [height, width]);
    noteWindows(root, settings, [height, width]);
  } else checkOpenMaps(settings, tables, [height, width]);
  let y = stem(layout.stem(root), x, settings.stages[0]!.width, settings.stemStride);
  const scopesOf = layout.stages(root);
  return settings.stages.map((stage, index) => {
    const scopes = scopesOf(index, settings.stages[index - 1]?.halvedAfter ?? false);
    if (scopes.downsample) y = downsample(scopes.downsample, y, stage.width);
    for (let depth = 0; depth < stage.depth; depth++)
      y = block(scopes.block(depth), y, stage, tables[index]!, settings.padsSmallMaps);
    return y;
  });
}

/** Notes the share of attention's work that is padding, and the image sizes without it. */
function noteWindows(root: Scope, settings: BackboneSettings, size: readonly [number, number]): void {
  const stages = stageMaps(settings, size);
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const lines = stages.map(
    (use) =>
      `stage ${use.stage + 1}: map ${use.height}x${use.width}, window ${use.window}, padded to ${use.paddedHeight}x${use.paddedWidth}: ${percent(wastedShare(use))} of the tokens are padding`,
  );
  const free = sidesWithoutWaste(settings, Math.max(...size), 2);
  root.note("efficientvit/windows", `windows of attention at ${size.join("x")}`, [
    ...lines,
    `sides without padding: ${free.join(", ") || "none"}`,
  ]);
}
