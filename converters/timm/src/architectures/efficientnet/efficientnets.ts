import { variants } from "../../backbone.js";
import { relu, relu6, silu } from "../../layers/activation.js";
import { type EfficientNet, efficientNet, TENSORFLOW } from "./network.js";

type Stages = EfficientNet["stages"];

/** Stages with a change in each row. */
export const inEachRow = (stages: Stages, change: (row: string) => string): Stages =>
  stages.map((rows) => rows.map(change));

/** Stages without squeeze-and-excitation. */
export const withoutExcite = (stages: Stages): Stages => inEachRow(stages, (row) => row.replace(/ se[\d.]+/, ""));

const B0: EfficientNet = {
  stages: [
    ["ds k3 c16 se0.25"],
    ["ir x2 k3 s2 e6 c24 se0.25"],
    ["ir x2 k5 s2 e6 c40 se0.25"],
    ["ir x3 k3 s2 e6 c80 se0.25"],
    ["ir x3 k5 e6 c112 se0.25"],
    ["ir x4 k5 s2 e6 c192 se0.25"],
    ["ir k3 e6 c320 se0.25"],
  ],
  stem: 32,
  activation: silu,
};

const LITE: EfficientNet = {
  ...B0,
  stages: withoutExcite(B0.stages),
  activation: relu6,
  fixedStem: true,
  fixedEnds: true,
};

const TINY: EfficientNet = { ...B0, fixedStem: true, depthRounding: "nearest" };

const EDGE: EfficientNet = {
  stages: [
    ["er k3 e4 c24 f24 noskip"],
    ["er x2 k3 s2 e8 c32"],
    ["er x4 k3 s2 e8 c48"],
    ["ir x5 k5 s2 e8 c96"],
    ["ir x4 k5 e8 c144"],
    ["ir x2 k5 s2 e8 c192"],
  ],
  stem: 32,
  activation: relu,
};

const V2_B0: EfficientNet = {
  stages: [
    ["cn k3 c16 skip"],
    ["er x2 k3 s2 e4 c32"],
    ["er x2 k3 s2 e4 c48"],
    ["ir x3 k3 s2 e4 c96 se0.25"],
    ["ir x5 k3 e6 c112 se0.25"],
    ["ir x8 k3 s2 e6 c192 se0.25"],
  ],
  stem: 32,
  activation: silu,
  roundLimit: 0,
};

const V2_S: EfficientNet = {
  stages: [
    ["cn x2 k3 c24 skip"],
    ["er x4 k3 s2 e4 c48"],
    ["er x4 k3 s2 e4 c64"],
    ["ir x6 k3 s2 e4 c128 se0.25"],
    ["ir x9 k3 e6 c160 se0.25"],
    ["ir x15 k3 s2 e6 c256 se0.25"],
  ],
  stem: 24,
  activation: silu,
};

/** S of other hands: the first stage and the last one differ. */
const V2_RW: EfficientNet = {
  ...V2_S,
  stages: [["er x2 k3 c24"], ...V2_S.stages.slice(1, -1), ["ir x15 k3 s2 e6 c272 se0.25"]],
};

const V2_M: EfficientNet = {
  ...V2_S,
  stages: [
    ["cn x3 k3 c24 skip"],
    ["er x5 k3 s2 e4 c48"],
    ["er x5 k3 s2 e4 c80"],
    ["ir x7 k3 s2 e4 c160 se0.25"],
    ["ir x14 k3 e6 c176 se0.25"],
    ["ir x18 k3 s2 e6 c304 se0.25"],
    ["ir x5 k3 e6 c512 se0.25"],
  ],
};

const V2_L: EfficientNet = {
  ...V2_S,
  stem: 32,
  stages: [
    ["cn x4 k3 c32 skip"],
    ["er x7 k3 s2 e4 c64"],
    ["er x7 k3 s2 e4 c96"],
    ["ir x10 k3 s2 e4 c192 se0.25"],
    ["ir x19 k3 e6 c224 se0.25"],
    ["ir x25 k3 s2 e6 c384 se0.25"],
    ["ir x7 k3 e6 c640 se0.25"],
  ],
};

const V2_XL: EfficientNet = {
  ...V2_L,
  stages: [
    ["cn x4 k3 c32 skip"],
    ["er x8 k3 s2 e4 c64"],
    ["er x8 k3 s2 e4 c96"],
    ["ir x16 k3 s2 e4 c192 se0.25"],
    ["ir x24 k3 e6 c256 se0.25"],
    ["ir x32 k3 s2 e6 c512 se0.25"],
    ["ir x8 k3 e6 c640 se0.25"],
  ],
};

/** Width and depth of each size. */
const SIZES = {
  b0: {},
  b1: { depth: 1.1 },
  b2: { width: 1.1, depth: 1.2 },
  b3: { width: 1.2, depth: 1.4 },
  b4: { width: 1.4, depth: 1.8 },
  b5: { width: 1.6, depth: 2.2 },
  b6: { width: 1.8, depth: 2.6 },
  b7: { width: 2, depth: 3.1 },
  b8: { width: 2.2, depth: 3.6 },
  l2: { width: 4.3, depth: 5.3 },
} as const;

/** A model in each of these sizes, under `prefix` and the size's name; `rename` gives another one. */
const sized = (
  prefix: string,
  model: EfficientNet,
  sizes: readonly (keyof typeof SIZES)[],
  rename = (size: string): string => size,
): Readonly<Record<string, EfficientNet>> =>
  Object.fromEntries(sizes.map((size) => [`${prefix}${rename(size)}`, { ...model, ...SIZES[size] }]));

const ALL = Object.keys(SIZES) as (keyof typeof SIZES)[]; // keys of a literal
const FIVE = ALL.slice(0, 5);
const FOUR = ALL.slice(0, 4);
const byNumber = (size: string): string => size.replace("b", "");

const edges = (prefix: string, model: EfficientNet): Readonly<Record<string, EfficientNet>> => ({
  [`${prefix}es`]: model,
  [`${prefix}em`]: { ...model, depth: 1.1 },
  [`${prefix}el`]: { ...model, width: 1.2, depth: 1.4 },
});

/** EfficientNet, its lite, edge and second versions, TinyNet. */
export const EFFICIENTNETS = variants(efficientNet, {
  ...sized("efficientnet_", B0, ALL),
  ...sized("tf_efficientnet_", { ...B0, ...TENSORFLOW }, ALL),
  ...sized("efficientnet_lite", LITE, FIVE, byNumber),
  ...sized("tf_efficientnet_lite", { ...LITE, ...TENSORFLOW }, FIVE, byNumber),
  ...edges("efficientnet_", EDGE),
  ...edges("tf_efficientnet_", { ...EDGE, ...TENSORFLOW }),
  ...sized("tf_efficientnetv2_", { ...V2_B0, ...TENSORFLOW }, FOUR),
  efficientnetv2_s: V2_S,
  efficientnetv2_m: V2_M,
  efficientnetv2_l: V2_L,
  efficientnetv2_xl: V2_XL,
  tf_efficientnetv2_s: { ...V2_S, ...TENSORFLOW },
  tf_efficientnetv2_m: { ...V2_M, ...TENSORFLOW },
  tf_efficientnetv2_l: { ...V2_L, ...TENSORFLOW },
  tf_efficientnetv2_xl: { ...V2_XL, ...TENSORFLOW },
  efficientnetv2_rw_t: { ...V2_S, width: 0.8, depth: 0.9 },
  efficientnetv2_rw_s: V2_RW,
  efficientnetv2_rw_m: { ...V2_RW, width: 1.2, depth: [1.2, 1.2, 1.2, 1.2, 1.6, 1.6] },
  tinynet_a: { ...TINY, depth: 1.2 },
  tinynet_b: { ...TINY, width: 0.75, depth: 1.1 },
  tinynet_c: { ...TINY, width: 0.54, depth: 0.85 },
  tinynet_d: { ...TINY, width: 0.54, depth: 0.695 },
  tinynet_e: { ...TINY, width: 0.51, depth: 0.6 },
});
