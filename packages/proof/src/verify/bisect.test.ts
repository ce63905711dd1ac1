import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { compileGraphs } from "@yolo-compile/compiler";
import { bytesSource, tensorOf, toFloat64, uniformFloats } from "@yolo-compile/core";
import { constantValue, type Node, opCensus, type Value } from "@yolo-compile/ir";
import { encodeBytes } from "@yolo-compile/onnx";
import { foldBatchNorm, isMiss, type Pass, PIPELINES, type Rule, rulePass } from "@yolo-compile/passes";
import { FOLD, findProvider, openSession } from "@yolo-compile/runtime";
import { fixturePath } from "@yolo-compile/testkit";
import { openCheckpoint } from "@yolo-compile/weights";
import { bisect } from "./bisect.js";
import { compareWhole } from "./compare-layers.js";

const provider = findProvider("cpu");
const file = fixturePath("shapes/shapes.pt");
const checkpoint = openCheckpoint(bytesSource("shapes.pt", new Uint8Array(readFileSync(file))));
const { plain, layers } = compileGraphs({ checkpoint, size: [64, 96], batch: 1, passes: "none" });
const image = { dtype: "f32", shape: [1, 3, 64, 96], data: uniformFloats(1, 3 * 64 * 96) } as const;
const request = { plain, layers, inputs: new Map([["images", image]]), provider, tolerance: FOLD };

/** fold-batch-norm, but for the `wanted`th fold, whose first bias is 1e-2 too large. */
function brokenFold(wanted: number): { readonly rule: Rule; readonly broken: () => string } {
  let broken = "";
  const shifted = (bias: Value): Value => {
    const numbers = toFloat64(bias.constant!.read());
    numbers[0]! += 1e-2;
    return constantValue(tensorOf("f32", bias.constant!.shape, numbers), bias.hint);
  };
  const rule: Rule = {
    ...foldBatchNorm,
    apply: (node, context) => {
      const patch = foldBatchNorm.apply(node, context);
      if (isMiss(patch)) return patch;
      const number =
        plain.nodes.filter(({ op }) => op === node.op).findIndex(({ outputs }) => outputs[0] === node.outputs[0]) + 1;
      if (number !== wanted) return patch;
      broken = node.origin.path;
      const [conv] = patch.nodes as [Node];
      const [x, weight, bias] = conv.inputs;
      return { ...patch, nodes: [{ ...conv, inputs: [x, weight, shifted(bias!)] }] };
    },
  };
  return { rule, broken: () => broken };
}

const withRule = (rule: Rule): readonly Pass[] => [rulePass("fold-batch-norms", [rule]), ...PIPELINES.full];

test("finds the fold whose bias is off: pass, rewrite, node and yaml row", async () => {
  const { rule, broken } = brokenFold(30);
  const { culprit, runs, rewrites } = await bisect({ ...request, passes: withRule(rule) });
  expect(culprit).toMatchObject({ pass: "fold-batch-norms", number: 30, rewrite: { rule: "fold-batch-norm" } });
  expect(culprit!.rewrite.paths[0]).toBe(broken());
  expect(culprit!.value!.hint.startsWith(broken())).toBe(true);
  expect(culprit!.layer).toMatchObject({ where: "backbone[8]", module: "C3" });
  expect(broken()).toMatch(/^model\.8\./);
  expect(runs).toBeLessThanOrEqual(Math.ceil(Math.log2(rewrites)) + 2);
});

test("the reproducer is one fold, and shows the fault by itself", async () => {
  const { culprit } = await bisect({ ...request, passes: withRule(brokenFold(30).rule) });
  const { before, after, inputs } = culprit!.reproducer;
  expect([...opCensus(before)]).toEqual([
    ["BatchNormalization", 1],
    ["Conv", 1],
  ]);
  expect([...opCensus(after)]).toEqual([["Conv", 1]]);
  const outputs = [];
  for (const graph of [before, after]) {
    const session = await openSession(encodeBytes(graph, { opset: 17 }), { provider, level: "disabled" });
    expect(session.inputs.map(({ name }) => name)).toEqual([...inputs.keys()]);
    outputs.push([...(await session.run(inputs)).values()][0]!);
    await session.release();
  }
  const [reference, candidate] = outputs;
  expect(compareWhole("y0", reference!, candidate!).maxAbs).toBeCloseTo(1e-2, 4);
});

test("finds nothing in the pipelines as they are", async () => {
  const { culprit, rewrites, runs } = await bisect({ ...request, passes: PIPELINES.full });
  expect(culprit).toBeUndefined();
  expect(rewrites).toBeGreaterThan(60);
  expect(runs).toBe(1);
});
