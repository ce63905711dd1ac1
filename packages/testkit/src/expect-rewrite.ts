import assert from "node:assert/strict";
import type { Tensor } from "@yolo-compile/core";
import { type Graph, parseGraph, printGraph, verifyGraph } from "@yolo-compile/ir";
import { type Pass, type PassResult, type Rule, rulePass, runPasses } from "@yolo-compile/passes";
import { compareTensors, type OptimizationLevel, type Tolerance } from "@yolo-compile/runtime";
import { runGraph } from "./run-graph.js";

/** How often a rewriter has to apply, and how far the outputs may move. */
export interface Rewritten {
  /** How many rewrites there are. */
  readonly applied: number;
  readonly tolerance: Tolerance;
}

/** What users deploy, and the file as it is written. */
const LEVELS: readonly OptimizationLevel[] = ["disabled", "all"];

const passOf = (rewriter: Rule | Pass): Pass => ("run" in rewriter ? rewriter : rulePass(rewriter.name, [rewriter]));

/**
 * Applies a rule or a pass to the graph that `text` describes and gives the text of what it becomes. The number of rewrites
 * is as expected, the graph is well formed before and after, and its outputs stay within the tolerance of those before, on
 * ONNX Runtime with its own optimisation off (after: off and on).
 */
export async function expectRewrite(rewriter: Rule | Pass, text: string, expected: Rewritten): Promise<string> {
  const before = parseGraph(text);
  verifyGraph(before);
  const { result, misses } = rewrite(rewriter, before);
  assert.equal(result.rewrites.length, expected.applied, `rewrites of ${rewriter.name}; misses: ${misses.join("; ")}`);
  await expectSameOutputs(before, result.graph, expected.tolerance);
  return printGraph(result.graph);
}

/** The rule leaves the graph alone, and says why. */
export function expectMiss(rule: Rule, text: string, reason: string): void {
  const before = parseGraph(text);
  verifyGraph(before);
  const { result, misses } = rewrite(rule, before);
  assert.deepEqual(result.rewrites, [], `${rule.name} was expected to miss`);
  assert.equal(printGraph(result.graph), printGraph(before));
  assert.ok(misses.includes(reason), `no miss is "${reason}", but: ${misses.join("; ") || "none"}`);
}

/** Runs both graphs on the same noise. The first runs as it is written, the second at every level of {@link LEVELS}. */
export async function expectSameOutputs(before: Graph, after: Graph, tolerance: Tolerance): Promise<void> {
  const expected = await runGraph(before);
  for (const level of LEVELS) {
    const found = await runGraph(after, { level });
    assert.equal(found.length, expected.length);
    expected.forEach((reference, index) => {
      checkOutput(`${after.outputs[index]!.name} at ${level}`, reference, found[index]!, tolerance);
    });
  }
}

function checkOutput(name: string, reference: Tensor, found: Tensor, tolerance: Tolerance): void {
  assert.equal(found.dtype, reference.dtype, name);
  const { maxRel, nonFinite } = compareTensors(name, reference, found);
  const apart = `${name} is ${maxRel} apart with ${nonFinite} values that are not finite; allowed ${tolerance.name}`;
  assert.ok(nonFinite === 0 && maxRel <= tolerance.relative, apart);
}

function rewrite(rewriter: Rule | Pass, graph: Graph): { result: PassResult; misses: readonly string[] } {
  const misses: string[] = [];
  const onMiss = (_rule: string, _path: string, _op: string, reason: string): void => {
    misses.push(reason);
  };
  return { result: runPasses(graph, [passOf(rewriter)], { onMiss }), misses };
}
