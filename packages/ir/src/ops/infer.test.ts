import { expect, test } from "@jest/globals";
import { formatType } from "@yolo-compile/core";
import { runGraph } from "@yolo-compile/testkit";
import { GENERATION_CASES } from "../testing/generation.js";
import { CONVOLUTION_CASES } from "../testing/infer-convolution.js";
import { DETECTION_CASES } from "../testing/infer-detection.js";
import { ELEMENTWISE_CASES } from "../testing/infer-elementwise.js";
import { MATRIX_CASES } from "../testing/infer-matrix.js";
import { MOVEMENT_CASES } from "../testing/infer-movement.js";
import { NORMALIZATION_CASES } from "../testing/infer-normalization.js";
import { POOLING_CASES } from "../testing/infer-pooling.js";
import { QUANTIZATION_CASES } from "../testing/infer-quantization.js";
import { REDUCTION_CASES } from "../testing/infer-reduction.js";
import { RESHAPING_CASES } from "../testing/infer-reshaping.js";
import { RESIZING_CASES } from "../testing/infer-resizing.js";
import { type Case, inferred, oneNode } from "../testing/one-node.js";
import { OPS } from "./index.js";

const CASES: readonly Case[] = [
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
const fits = ({ gives }: Case): boolean => !gives.startsWith("ir/");
const opOf = ({ node }: Case): string => /= (\w+)\(/.exec(node)![1]!;

test("every op has cases that fit and cases that do not", () => {
  expect([...new Set(CASES.filter(fits).map(opOf))].sort()).toEqual(Object.keys(OPS).sort());
  expect([...new Set(CASES.filter((one) => !fits(one)).map(opOf))].sort()).toEqual(Object.keys(OPS).sort());
});

test.each(CASES.map((one) => [`${one.inputs}; ${one.node.replaceAll("\n", "; ")}`, one] as const))(
  "%s",
  (_, { inputs = "", node, gives }) => {
    expect(inferred(inputs, node)).toBe(gives);
  },
);

test("ONNX Runtime's outputs have the inferred types", async () => {
  for (const one of CASES.filter(fits)) {
    const graph = oneNode(one.inputs ?? "", one.node);
    const outputs = await runGraph(graph);
    const found = outputs.map(formatType).join(", ");
    // Only the run says how many boxes are kept.
    const given = one.gives.replace("[kept,", `[${outputs[0]!.shape[0]},`);
    expect(`${one.node}: ${found}`).toBe(`${one.node}: ${given}`);
  }
});
