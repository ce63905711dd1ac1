import { Arguments, asNumber, isList, type PyDict, type PyValue } from "@yolo-compile/network";
import { unknownSetting, wrongSetting } from "./diagnostics.js";

/** One resolution level of the backbone. */
export interface StageSettings {
  /** Channels. */
  readonly width: number;
  /** Channels of a head's query and of its key. */
  readonly keyWidth: number;
  /** Channels of a head's value. */
  readonly valueWidth: number;
  readonly depth: number;
  readonly heads: number;
  /** Side of a window, in tokens. */
  readonly window: number;
  /** Query kernel of each head. */
  readonly kernels: readonly number[];
  /** Whether the map is halved behind this stage. */
  readonly halvedAfter: boolean;
}

/** A backbone by its numbers: the variant's own, or those of `model_cfg`. */
export interface BackboneSettings {
  /** Pixels along one side of a token of the first stage: 8 as in the YOLOv5 hybrids, 16 as in Microsoft's own. */
  readonly stemStride: StemStride;
  readonly stages: readonly StageSettings[];
  /** Whether maps smaller than a window are padded to one, as timm does, and not seen whole. */
  readonly padsSmallMaps?: boolean;
}

/** Image pixels along one side of a token behind the stem. */
export type StemStride = 8 | 16;

/** Parameters of the functions `EfficientViT_M0` … `EfficientViT_M5`. */
export const SIGNATURE = [
  "pretrained",
  "frozen_stages",
  "distillation",
  "fuse",
  "pretrained_cfg",
  "model_cfg",
] as const;

/** The arguments of a row under their names. @throws network/argument where they are too many */
export const settingsArguments = (args: readonly PyValue[], module: string, where: string) =>
  new Arguments(module, SIGNATURE, args, where);

type SettingsArguments = Arguments<"model_cfg">;

/** A setting of ours: both stems have the same weights, so a yaml must be able to say which one it means. */
const STEM_STRIDE = "stem_stride";

const DEFAULTS: PyDict = new Map<string, PyValue>([
  ["embed_dim", [64, 128, 192]],
  ["key_dim", [16, 16, 16]],
  ["depth", [1, 2, 3]],
  ["num_heads", [4, 4, 4]],
  ["window_size", [7, 7, 7]],
  ["kernels", [5, 5, 5, 5]],
  ["stages", ["s", "s", "s"]],
  ["down_ops", [["subsample", 2], ["subsample", 2], [""]]],
  [STEM_STRIDE, 8],
]);

/** Settings that do not change what the network computes. */
const WITHOUT_EFFECT = ["img_size", "patch_size", "in_chans", "frozen_stages", "pretrained", "distillation"];

/** Widths of a published variant, and its differences from the defaults. */
export interface Variant {
  readonly embed_dim: readonly number[];
  readonly depth?: readonly number[];
  readonly num_heads: readonly number[];
  readonly kernels: readonly number[];
}

const FALLING = [7, 5, 3, 3];

/** EfficientViT: Memory Efficient Vision Transformer with Cascaded Group Attention (arXiv 2305.07027), table 1. */
export const VARIANTS: ReadonlyMap<string, Variant> = new Map([
  ["M0", { embed_dim: [64, 128, 192], num_heads: [4, 4, 4], kernels: FALLING }],
  ["M1", { embed_dim: [128, 144, 192], num_heads: [2, 3, 3], kernels: FALLING }],
  ["M2", { embed_dim: [128, 192, 224], num_heads: [4, 3, 2], kernels: FALLING }],
  ["M3", { embed_dim: [128, 240, 320], num_heads: [4, 3, 4], kernels: [5, 5, 5, 5] }],
  ["M4", { embed_dim: [128, 256, 384], num_heads: [4, 4, 4], kernels: FALLING }],
  ["M5", { embed_dim: [192, 288, 384], depth: [1, 3, 4], num_heads: [3, 3, 4], kernels: FALLING }],
]);

/** A row's arguments with the other stem; none where the row names its own. */
export function otherStem(args: Arguments<(typeof SIGNATURE)[number]>, variant: Variant): readonly PyValue[][] {
  const given = settingsDict(args, variant);
  if (given.has(STEM_STRIDE)) return [];
  const settings = new Map([...given, [STEM_STRIDE, 16]]);
  return [SIGNATURE.map((name) => (name === "model_cfg" ? settings : (args.value(name) ?? null)))];
}

/** `model_cfg`, or the variant's own. Keys that a given one leaves out have the defaults of the class, not the variant's. */
const settingsDict = (args: SettingsArguments, variant: Variant): PyDict =>
  args.value("model_cfg") === undefined ? new Map<string, PyValue>(Object.entries(variant)) : args.dict("model_cfg");

/** @throws network/argument, efficientvit/settings */
export function readSettings(args: SettingsArguments, variant: Variant): BackboneSettings {
  const { module, where } = args;
  const given = settingsDict(args, variant);
  for (const key of given.keys())
    if (!DEFAULTS.has(key) && !WITHOUT_EFFECT.includes(key))
      throw unknownSetting(key, [...DEFAULTS.keys(), ...WITHOUT_EFFECT], module, where);
  const reader = new SettingsReader(new Map([...DEFAULTS, ...given]), module, where);
  const stemStride = asNumber(reader.value(STEM_STRIDE));
  if (stemStride !== 8 && stemStride !== 16) throw reader.error(STEM_STRIDE, "8 or 16");
  return { stemStride, stages: reader.stages() };
}

const STAGES = 3;

class SettingsReader {
  constructor(
    readonly settings: PyDict,
    readonly module: string,
    readonly where: string,
  ) {}

  value(key: string): PyValue {
    return this.settings.get(key) ?? null;
  }

  error(key: string, expected: string): Error {
    return wrongSetting(key, this.value(key), expected, this.module, this.where);
  }

  stages(): StageSettings[] {
    const [widths, keys, depths, heads, windows] = ["embed_dim", "key_dim", "depth", "num_heads", "window_size"].map(
      (key) => this.#sizes(key, STAGES),
    ) as [number[], number[], number[], number[], number[]];
    const kernels = this.#sizes("kernels", Math.max(...heads));
    if (kernels.some((size) => size % 2 === 0)) throw this.error("kernels", "odd sizes");
    this.#checkMixers();
    const halved = this.#halved();
    if (widths[0]! % 8 !== 0) throw this.error("embed_dim", "a first width that is a multiple of 8");
    return widths.map((width, stage) => {
      const [keyWidth, count] = [keys[stage]!, heads[stage]!];
      if (width % count !== 0)
        throw this.error("embed_dim", `widths that divide among their heads, ${width} does not among ${count}`);
      // int(attn_ratio * key_dim) with attn_ratio = width / (key_dim * heads), rounded as Python rounds
      const valueWidth = Math.trunc((width / (keyWidth * count)) * keyWidth);
      const [depth, window, halvedAfter] = [depths[stage]!, windows[stage]!, halved[stage]!];
      return {
        width,
        keyWidth,
        valueWidth,
        depth,
        heads: count,
        window,
        kernels: kernels.slice(0, count),
        halvedAfter,
      };
    });
  }

  #sizes(key: string, fewest: number): number[] {
    const value = this.value(key);
    const sizes = isList(value) ? value.map(asNumber) : [];
    const fits = sizes.every((size) => size !== undefined && Number.isInteger(size) && size >= 1 && size <= 4096);
    if (!fits || sizes.length < fewest) throw this.error(key, `a list of ${fewest} sizes from 1 on`);
    return (sizes as number[]).slice(0, key === "kernels" ? undefined : STAGES); // just checked
  }

  #checkMixers(): void {
    const value = this.value("stages");
    const mixers = isList(value) ? value : [];
    if (mixers.length < STAGES || mixers.some((mixer) => mixer !== "s"))
      throw this.error("stages", "'s' (self-attention) for each stage");
  }

  #halved(): boolean[] {
    const value = this.value("down_ops");
    const steps = isList(value) ? value.map((step) => (isList(step) ? step[0] : undefined)) : [];
    if (steps.length < STAGES || steps[STAGES - 1] === "subsample")
      throw this.error("down_ops", `['subsample', 2] or [''] for each stage, [''] for the last`);
    return steps.map((step) => step === "subsample");
  }
}
