import { GENERATION_CASES } from "./generation.js";
import { CONVOLUTION_CASES } from "./infer-convolution.js";
import { DETECTION_CASES } from "./infer-detection.js";
import { ELEMENTWISE_CASES } from "./infer-elementwise.js";
import { MATRIX_CASES } from "./infer-matrix.js";
import { MOVEMENT_CASES } from "./infer-movement.js";
import { NORMALIZATION_CASES } from "./infer-normalization.js";
import { POOLING_CASES } from "./infer-pooling.js";
import { QUANTIZATION_CASES } from "./infer-quantization.js";
import { REDUCTION_CASES } from "./infer-reduction.js";
import { RESHAPING_CASES } from "./infer-reshaping.js";
import { RESIZING_CASES } from "./infer-resizing.js";
import type { Case } from "./one-node.js";

/** Every op, where its inputs fit and where they do not. */
export const INFER_CASES: readonly Case[] = [
  ...CONVOLUTION_CASES,
  ...DETECTION_CASES,
  ...ELEMENTWISE_CASES,
  ...GENERATION_CASES,
  ...MATRIX_CASES,
  ...MOVEMENT_CASES,
  ...NORMALIZATION_CASES,
  ...POOLING_CASES,
  ...QUANTIZATION_CASES,
  ...REDUCTION_CASES,
  ...RESHAPING_CASES,
  ...RESIZING_CASES,
];

/** Whether the inputs fit. */
export const fits = ({ gives }: Case): boolean => !gives.startsWith("ir/");
