import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { compileGraphs } from "@yolo-compile/compiler";
import type { Node } from "@yolo-compile/ir";
import { planHalf } from "@yolo-compile/passes";
import { fixturePath } from "@yolo-compile/testkit";
import { defaultInputs } from "../verify-inputs/index.js";
import { auditHalf } from "./audit-half.js";

const FILE = "efficientvit/detector.yaml";
const config = { file: FILE, text: readFileSync(fixturePath(FILE), "utf8") };

test("of EfficientViT sharp softmaxes stay in float32, and what makes their logits", async () => {
  const { optimized } = compileGraphs({ config, randomWeights: 1, size: [64, 256], batch: 1, passes: "full" });
  const inputs = defaultInputs([{ name: "images", dtype: "f32", shape: [1, 3, 64, 256] }], 1);
  const audit = await auditHalf(
    optimized,
    inputs.map(({ tensors }) => tensors),
  );
  const lossy = [...planHalf(optimized, { audit }).values()].filter(({ cause }) => cause === "loss");
  const softmaxes = lossy.filter(({ node }) => node.op === "Softmax").map(({ node }) => node);
  expect(softmaxes.length).toBeGreaterThan(0);
  const read = new Set(softmaxes.flatMap(({ inputs: [logits] }: Node) => logits));
  for (const { node } of lossy)
    if (node.op !== "Softmax") expect(node.outputs.some((output) => read.has(output))).toBe(true);
  expect(lossy.length).toBeLessThan(0.1 * optimized.nodes.length);
});
