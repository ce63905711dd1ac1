import { roundHalfEven } from "@yolo-compile/core";
import { variants } from "../../backbone.js";
import { hardSigmoid, hardSwish, relu, relu6 } from "../../layers/activation.js";
import { roundedChannels } from "../../layers/squeeze-excite.js";
import { inEachRow, withoutExcite } from "./efficientnets.js";
import { type EfficientNet, type Excite, efficientNet, TENSORFLOW } from "./network.js";

const MNAS_A1: EfficientNet = {
  stages: [
    ["ds k3 c16 noskip"],
    ["ir x2 k3 s2 e6 c24"],
    ["ir x3 k5 s2 e3 c40 se0.25"],
    ["ir x4 k3 s2 e6 c80"],
    ["ir x2 k3 e6 c112 se0.25"],
    ["ir x3 k5 s2 e6 c160 se0.25"],
    ["ir k3 e6 c320"],
  ],
  stem: 32,
  activation: relu,
};

const MNAS_B1: EfficientNet = {
  ...MNAS_A1,
  stages: [
    ["ds k3 c16 noskip"],
    ["ir x3 k3 s2 e3 c24"],
    ["ir x3 k5 s2 e3 c40"],
    ["ir x3 k5 s2 e6 c80"],
    ["ir x2 k3 e6 c96"],
    ["ir x4 k5 s2 e6 c192"],
    ["ir k3 e6 c320 noskip"],
  ],
};

const MNAS_SMALL: EfficientNet = {
  stages: [
    ["ds k3 c8"],
    ["ir k3 s2 e3 c16"],
    ["ir x2 k3 s2 e6 c16"],
    ["ir x4 k5 s2 e6 c32 se0.25"],
    ["ir x3 k3 e6 c32 se0.25"],
    ["ir x3 k5 s2 e6 c88 se0.25"],
    ["ir k3 e6 c144"],
  ],
  stem: 8,
  activation: relu,
};

const SINGLE_PATH_NAS: EfficientNet = {
  ...MNAS_B1,
  stages: [
    ["ds k3 c16 noskip"],
    ["ir x3 k3 s2 e3 c24"],
    ["ir k5 s2 e6 c40", "ir x3 k3 e3 c40"],
    ["ir k5 s2 e6 c80", "ir x3 k3 e3 c80"],
    ["ir k5 e6 c96", "ir x3 k5 e3 c96"],
    ["ir x4 k5 s2 e6 c192"],
    ["ir k3 e6 c320 noskip"],
  ],
};

const FBNET_C: EfficientNet = {
  stages: [
    ["ir k3 c16"],
    ["ir k3 s2 e6 c24", "ir x2 k3 c24"],
    ["ir k5 s2 e6 c32", "ir k5 e3 c32", "ir k5 e6 c32", "ir k3 e6 c32"],
    ["ir k5 s2 e6 c64", "ir k5 e3 c64", "ir x2 k5 e6 c64"],
    ["ir x3 k5 e6 c112", "ir k5 e3 c112"],
    ["ir x4 k5 s2 e6 c184"],
    ["ir k3 e6 c352"],
  ],
  stem: 16,
  activation: relu,
};

const V1: EfficientNet = {
  stages: [
    ["ds k3 c64 act"],
    ["ds x2 k3 s2 c128 act"],
    ["ds x2 k3 s2 c256 act"],
    ["ds x6 k3 s2 c512 act"],
    ["ds x2 k3 s2 c1024 act"],
  ],
  stem: 32,
  activation: relu6,
};

const V2: EfficientNet = {
  stages: [
    ["ds k3 c16"],
    ["ir x2 k3 s2 e6 c24"],
    ["ir x3 k3 s2 e6 c32"],
    ["ir x4 k3 s2 e6 c64"],
    ["ir x3 k3 e6 c96"],
    ["ir x3 k3 s2 e6 c160"],
    ["ir k3 e6 c320"],
  ],
  stem: 32,
  activation: relu6,
};

/** Deeper ones, with the stem and the ends as they are. */
const V2_DEEP: EfficientNet = { ...V2, fixedStem: true, fixedEnds: true };

const V3_EXCITE: Excite = {
  act: relu,
  gate: hardSigmoid,
  fromExpanded: true,
  round: (width) => roundedChannels(width),
};

const V3: Omit<EfficientNet, "stages"> = {
  stem: 16,
  activation: hardSwish,
  plainStem: true,
  excite: V3_EXCITE,
};

const V3_SMALL: EfficientNet = {
  ...V3,
  stages: [
    ["ds k3 s2 c16 se0.25 relu"],
    ["ir k3 s2 e4.5 c24 relu", "ir k3 e3.67 c24 relu"],
    ["ir k5 s2 e4 c40 se0.25", "ir x2 k5 e6 c40 se0.25"],
    ["ir x2 k5 e3 c48 se0.25"],
    ["ir x3 k5 s2 e6 c96 se0.25"],
    ["cn k1 c576"],
  ],
};

const V3_LARGE: EfficientNet = {
  ...V3,
  stages: [
    ["ds k3 c16 relu"],
    ["ir k3 s2 e4 c24 relu", "ir k3 e3 c24 relu"],
    ["ir x3 k5 s2 e3 c40 se0.25 relu"],
    ["ir k3 s2 e6 c80", "ir k3 e2.5 c80", "ir x2 k3 e2.3 c80"],
    ["ir x2 k3 e6 c112 se0.25"],
    ["ir x3 k5 s2 e6 c160 se0.25"],
    ["cn k1 c960"],
  ],
};

const narrow = { width: 0.75 } as const;

/** Small kernels, ReLU, no squeeze-and-excitation. */
const minimal = (model: EfficientNet): EfficientNet => ({
  ...model,
  stages: inEachRow(withoutExcite(model.stages), (row) => row.replace("k5", "k3")),
  activation: relu,
});

/** The first one in timm, with the squeeze-and-excitation's width rounded to integers and the network's activation in it. */
const V3_RW: EfficientNet = {
  ...V3_LARGE,
  stages: [["ds k3 c16 relu noskip"], ...V3_LARGE.stages.slice(1)],
  excite: { gate: hardSigmoid, fromExpanded: true, round: roundHalfEven },
  eps: TENSORFLOW.eps,
};

const FBNET_LIMIT = 0.95;

const FBNET_V3: Omit<EfficientNet, "stages"> = {
  ...V3,
  roundLimit: FBNET_LIMIT,
  excite: { gate: hardSigmoid, fromExpanded: false, round: (width) => roundedChannels(width, 8, FBNET_LIMIT) },
};

const LC: EfficientNet = {
  ...V3,
  stages: [
    ["ds k3 c32 act"],
    ["ds x2 k3 s2 c64 act"],
    ["ds x2 k3 s2 c128 act"],
    ["ds k3 s2 c256 act", "ds k5 c256 act"],
    ["ds x4 k5 c256 act"],
    ["ds x2 k5 s2 c512 se0.25 act"],
  ],
  excite: { ...V3_EXCITE, round: roundHalfEven },
};

/** Mnas, single-path, FB, LC and MobileNets up to version 3. */
export const MOBILENETS = variants(efficientNet, {
  mnasnet_050: { ...MNAS_B1, width: 0.5 },
  mnasnet_075: { ...MNAS_B1, width: 0.75 },
  mnasnet_100: MNAS_B1,
  mnasnet_140: { ...MNAS_B1, width: 1.4 },
  semnasnet_050: { ...MNAS_A1, width: 0.5 },
  semnasnet_075: { ...MNAS_A1, width: 0.75 },
  semnasnet_100: MNAS_A1,
  semnasnet_140: { ...MNAS_A1, width: 1.4 },
  mnasnet_small: MNAS_SMALL,
  spnasnet_100: SINGLE_PATH_NAS,
  fbnetc_100: FBNET_C,
  mobilenetv1_100: V1,
  mobilenetv1_100h: V1,
  mobilenetv1_125: { ...V1, width: 1.25 },
  mobilenetv2_035: { ...V2, width: 0.35 },
  mobilenetv2_050: { ...V2, width: 0.5 },
  mobilenetv2_075: { ...V2, width: 0.75 },
  mobilenetv2_100: V2,
  mobilenetv2_140: { ...V2, width: 1.4 },
  mobilenetv2_110d: { ...V2_DEEP, width: 1.1, depth: 1.2 },
  mobilenetv2_120d: { ...V2_DEEP, width: 1.2, depth: 1.4 },
  mobilenetv3_large_075: { ...V3_LARGE, ...narrow },
  mobilenetv3_large_100: V3_LARGE,
  mobilenetv3_large_150d: { ...V3_LARGE, width: 1.5, depth: 1.2 },
  mobilenetv3_small_050: { ...V3_SMALL, width: 0.5, fixedStem: true },
  mobilenetv3_small_075: { ...V3_SMALL, ...narrow },
  mobilenetv3_small_100: V3_SMALL,
  mobilenetv3_rw: V3_RW,
  tf_mobilenetv3_large_075: { ...V3_LARGE, ...narrow, ...TENSORFLOW },
  tf_mobilenetv3_large_100: { ...V3_LARGE, ...TENSORFLOW },
  tf_mobilenetv3_large_minimal_100: { ...minimal(V3_LARGE), ...TENSORFLOW },
  tf_mobilenetv3_small_075: { ...V3_SMALL, ...narrow, ...TENSORFLOW },
  tf_mobilenetv3_small_100: { ...V3_SMALL, ...TENSORFLOW },
  tf_mobilenetv3_small_minimal_100: { ...minimal(V3_SMALL), ...TENSORFLOW },
  fbnetv3_b: {
    ...FBNET_V3,
    stages: [
      ["ds x2 k3 c16"],
      ["ir k5 s2 e4 c24", "ir x3 k5 e2 c24"],
      ["ir k5 s2 e5 c40 se0.25", "ir x4 k5 e3 c40 se0.25"],
      ["ir k5 s2 e5 c72", "ir x4 k3 e3 c72"],
      ["ir k3 e5 c120 se0.25", "ir x5 k5 e3 c120 se0.25"],
      ["ir k3 s2 e6 c184 se0.25", "ir x5 k5 e4 c184 se0.25", "ir k5 e6 c224 se0.25"],
      ["cn k1 c1344"],
    ],
  },
  fbnetv3_d: {
    ...FBNET_V3,
    stem: 24,
    stages: [
      ["ds x2 k3 c16"],
      ["ir k3 s2 e5 c24", "ir x5 k3 e2 c24"],
      ["ir k5 s2 e4 c40 se0.25", "ir x4 k3 e3 c40 se0.25"],
      ["ir k3 s2 e5 c72", "ir x4 k3 e3 c72"],
      ["ir k3 e5 c128 se0.25", "ir x6 k5 e3 c128 se0.25"],
      ["ir k3 s2 e6 c208 se0.25", "ir x5 k5 e5 c208 se0.25", "ir k5 e6 c240 se0.25"],
      ["cn k1 c1440"],
    ],
  },
  fbnetv3_g: {
    ...FBNET_V3,
    stem: 32,
    stages: [
      ["ds x3 k3 c24"],
      ["ir k5 s2 e4 c40", "ir x4 k5 e2 c40"],
      ["ir k5 s2 e4 c56 se0.25", "ir x4 k5 e3 c56 se0.25"],
      ["ir k5 s2 e5 c104", "ir x4 k3 e3 c104"],
      ["ir k3 e5 c160 se0.25", "ir x8 k5 e3 c160 se0.25"],
      ["ir k3 s2 e6 c264 se0.25", "ir x6 k5 e5 c264 se0.25", "ir x2 k5 e6 c288 se0.25"],
      ["cn k1 c1728"],
    ],
  },
  lcnet_035: { ...LC, width: 0.35 },
  lcnet_050: { ...LC, width: 0.5 },
  lcnet_075: { ...LC, width: 0.75 },
  lcnet_100: LC,
  lcnet_150: { ...LC, width: 1.5 },
});
