import type { Scope } from "@yolo-compile/network";

/** Scopes of the modules between two stages. */
export interface DownsampleScopes {
  readonly before: Scope;
  readonly merge: Scope;
  readonly after: Scope;
}

/** Scopes of one stage: its downsampling, then its blocks. */
export interface StageScopes {
  /** Absent where the map keeps its size. */
  readonly downsample: DownsampleScopes | undefined;
  readonly block: (index: number) => Scope;
}

/** The paths of the backbone's parts in one kind of checkpoint. */
export interface Layout {
  /** Scope of the stem's convolution `index` and of the activation behind it. */
  readonly stem: (root: Scope) => { conv: (index: number) => Scope; activation: (index: number) => Scope };
  /** Path of the first block of a stage, below the root. */
  readonly firstBlock: (stage: number, downsampled: boolean) => string;
  /** Gives the scopes of each stage, called in order. */
  readonly stages: (root: Scope) => (stage: number, downsampled: boolean) => StageScopes;
}

/** `patch_embed.2`; `blocks2.0` … `blocks2.2` for the downsampling, blocks behind them. */
const MICROSOFT: Layout = {
  stem: (root) => {
    const list = root.child("patch_embed");
    return { conv: (index) => list.child(String(2 * index)), activation: (index) => list.child(String(2 * index + 1)) };
  },
  firstBlock: (stage, downsampled) => `blocks${stage + 1}.${downsampled ? 3 : 0}`,
  stages: (root) => (stage, downsampled) => {
    const list = root.child(`blocks${stage + 1}`);
    return {
      downsample: downsampled ? { before: list.child("0"), merge: list.child("1"), after: list.child("2") } : undefined,
      block: (index) => list.child(String(index + (downsampled ? 3 : 0))),
    };
  },
};

function timmStage(stage: Scope, downsampled: boolean): StageScopes {
  const down = stage.child("downsample");
  const downsample = downsampled
    ? { before: down.child("res1"), merge: down.child("patchmerge"), after: down.child("res2") }
    : undefined;
  const blocks = stage.child("blocks");
  return { downsample, block: (block) => blocks.child(String(block)) };
}

/** `patch_embed.conv2`, `stages.1.downsample.res1`, `stages.1.blocks.0`. */
const TIMM: Layout = {
  stem: (root) => {
    const list = root.child("patch_embed");
    return { conv: (index) => list.child(`conv${index + 1}`), activation: (index) => list.child(`relu${index + 1}`) };
  },
  firstBlock: (stage) => `stages.${stage}.blocks.0`,
  stages: (root) => {
    const stages = root.child("stages");
    return (index, downsampled) => timmStage(stages.child(String(index)), downsampled);
  },
};

/** `patch_embed_conv2`, `stages_1.downsample.res1`, `stages_1.blocks.0`: timm's features_only flattens the first level. */
export const TIMM_FEATURES: Layout = {
  stem: (root) => ({
    conv: (index) => root.child(`patch_embed_conv${index + 1}`),
    activation: (index) => root.child(`patch_embed_relu${index + 1}`),
  }),
  firstBlock: (stage) => `stages_${stage}.blocks.0`,
  stages: (root) => (index, downsampled) => timmStage(root.child(`stages_${index}`), downsampled),
};

/** The layout of the stored names; Microsoft's where there are none. */
export const layoutOf = (root: Scope): Layout =>
  ["conv.weight", "c.weight", "weight"].some((name) => root.stored(`patch_embed.conv1.${name}`)) ? TIMM : MICROSOFT;
