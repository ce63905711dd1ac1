import { variants } from "../../backbone.js";
import { relu } from "../../layers/activation.js";
import { type EfficientNet, efficientNet } from "./network.js";

const V4: Omit<EfficientNet, "stages"> = { stem: 32, activation: relu, plainStem: true };

const V4_SMALL: EfficientNet = {
  ...V4,
  stages: [
    ["cn k3 s2 c32", "cn k1 c32"],
    ["cn k3 s2 c96", "cn k1 c64"],
    ["uir a5 k5 s2 e3 c96", "uir x4 k3 e2 c96", "uir a3 k0 e4 c96"],
    ["uir a3 k3 s2 e6 c128", "uir a5 k5 e4 c128", "uir k5 e4 c128", "uir k5 e3 c128", "uir x2 k3 e4 c128"],
    ["cn k1 c960"],
  ],
};

const V4_MEDIUM: EfficientNet = {
  ...V4,
  stages: [
    ["er k3 s2 e4 c48"],
    ["uir a3 k5 s2 e4 c80", "uir a3 k3 e2 c80"],
    [
      "uir a3 k5 s2 e6 c160",
      "uir x2 a3 k3 e4 c160",
      "uir a3 k5 e4 c160",
      "uir a3 k3 e4 c160",
      "uir a3 k0 e4 c160",
      "uir k0 e2 c160",
      "uir a3 k0 e4 c160",
    ],
    [
      "uir a5 k5 s2 e6 c256",
      "uir a5 k5 e4 c256",
      "uir x2 a3 k5 e4 c256",
      "uir k0 e4 c256",
      "uir a3 k0 e4 c256",
      "uir a3 k5 e2 c256",
      "uir a5 k5 e4 c256",
      "uir x2 k0 e4 c256",
      "uir a5 k0 e2 c256",
    ],
    ["cn k1 c960"],
  ],
};

const V4_LARGE: EfficientNet = {
  ...V4,
  stem: 24,
  stages: [
    ["er k3 s2 e4 c48"],
    ["uir a3 k5 s2 e4 c96", "uir a3 k3 e4 c96"],
    ["uir a3 k5 s2 e4 c192", "uir x3 a3 k3 e4 c192", "uir a3 k5 e4 c192", "uir x5 a5 k3 e4 c192", "uir a3 k0 e4 c192"],
    [
      "uir x4 a5 k5 s2 e4 c512",
      "uir a5 k0 e4 c512",
      "uir a5 k3 e4 c512",
      "uir x2 a5 k0 e4 c512",
      "uir a5 k3 e4 c512",
      "uir a5 k5 e4 c512",
      "uir x3 a5 k0 e4 c512",
    ],
    ["cn k1 c960"],
  ],
};

/** MobileNetV4 without attention. */
export const MOBILENETS_V4 = variants(efficientNet, {
  mobilenetv4_conv_small_035: { ...V4_SMALL, width: 0.35, fixedStem: true },
  mobilenetv4_conv_small_050: { ...V4_SMALL, width: 0.5, fixedStem: true },
  mobilenetv4_conv_small: V4_SMALL,
  mobilenetv4_conv_medium: V4_MEDIUM,
  mobilenetv4_conv_large: V4_LARGE,
});
