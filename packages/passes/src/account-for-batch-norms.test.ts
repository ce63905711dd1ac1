import { expect, test } from "@jest/globals";
import { type Node, parseGraph } from "@yolo-compile/ir";
import { accountForBatchNorms } from "./account-for-batch-norms.js";
import { type Pass, rulePass, runPasses } from "./pass.js";
import { optimize } from "./pipelines.js";
import { miss, type RuleContext, rule } from "./rule.js";
import { foldBatchNorm } from "./rules/fold-batch-norm.js";

const PLAIN = parseGraph(`graph t(%x: f32[1,3,4,4]) {
  %w = f32[3,3,1,1] random 1
  %v = f32[3] splat 1
  %c = Conv(%x, %w) @ model.0.conv
  %n = BatchNormalization(%c, %v, %v, %v, %v) @ model.0.bn
  %m = BatchNormalization(%n, %v, %v, %v, %v) @ shared.bn
  %r = Relu(%m) @ model.1
  %y = BatchNormalization(%r, %v, %v, %v, %v) @ shared.bn
  return %y
}`);

/** A pass that drops the BatchNormalization nodes for which `isLost` holds, and accounts for none. */
const losing = (isLost: (node: Node, context: RuleContext) => boolean): Pass =>
  rulePass("lose", [
    rule("lose-norm", ["BatchNormalization"], (node, context, { reuse }) =>
      isLost(node, context) ? reuse([[node.outputs[0]!, node.inputs[0]!]]) : miss("another one is lost"),
    ),
  ]);
const losingAt = (path: string): Pass => losing((node) => node.origin.path === path);

const checked = (...passes: Pass[]) => accountForBatchNorms(PLAIN, runPasses(PLAIN, passes));

test("every BatchNormalization that is left, or folded, is accounted for", () => {
  checked();
  checked(rulePass("fold", [foldBatchNorm]));
  for (const pipeline of ["none", "fuse", "full"] as const) optimize(PLAIN, pipeline);
});

test("one that a rule drops is named", () => {
  expect(() => checked(losingAt("model.0.bn"))).toThrow(
    expect.objectContaining({ diagnostic: expect.objectContaining({ blame: "fault" }) }),
  );
  expect(() => checked(losingAt("model.0.bn"))).toThrow(
    "passes/batch-norm-lost: 1 BatchNormalization nodes are neither in the graph nor folded into another node - " +
      "this is a fault of a rewrite: the result would be wrong\n  model.0.bn",
  );
});

test("one of two under the same path is missed too", () => {
  const once = losing((node, context) => context.isOutput(node.outputs[0]!));
  expect(() => checked(once)).toThrow("1 BatchNormalization nodes are neither");
  expect(() => checked(losingAt("shared.bn"))).toThrow("2 BatchNormalization nodes are neither");
});

test("one that is lost after others were folded is named too", () => {
  expect(() => checked(rulePass("fold", [foldBatchNorm]), losingAt("shared.bn"))).toThrow("1 BatchNormalization nodes");
});

test("a patch accounts for what it says, not for what it replaces or absorbs", () => {
  const scale = (says: boolean) =>
    rule("scale", ["Relu"], (node, { producer }, { replace }) => {
      const norm = producer(node.inputs[0]);
      if (norm?.op !== "BatchNormalization") return miss("there is no BatchNormalization");
      return replace(node, (emit) => emit("Abs", [norm.inputs[0]]), [norm], says ? [norm] : []);
    });
  checked(rulePass("scale", [scale(true)]));
  expect(() => checked(rulePass("scale", [scale(false)]))).toThrow("1 BatchNormalization nodes are neither");
});

test("dead and equal ones may go", () => {
  const graph = parseGraph(`graph t(%x: f32[1,3]) {
    %v = f32[3] splat 1
    %a = BatchNormalization(%x, %v, %v, %v, %v) @ a
    %b = BatchNormalization(%x, %v, %v, %v, %v) @ b
    %c = BatchNormalization(%x, %v, %v, %v, %v) @ dead
    %y = Add(%a, %b)
    return %y
  }`);
  const { graph: after } = optimize(graph, "full");
  expect(after.nodes.map(({ op }) => op)).toEqual(["BatchNormalization", "Add"]);
});
