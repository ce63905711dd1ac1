import assert from "node:assert/strict";
import type { Tensor } from "@yolo-compile/core";
import { type Graph, parseGraph, printGraph, verifyGraph } from "@yolo-compile/ir";
import { type Pass, type PassResult, type Rule, rulePass, runPasses } from "@yolo-compile/passes";
import { compareTensors, type OptimizationLevel, type Tolerance } from "@yolo-compile/runtime";
import { runGraph } from "./run-graph.js";

/** The expected number of rewrites, and the largest allowed change of the outputs. */
export interface Rewritten {
  /** The number of rewrites. */
  readonly applied: number;
  readonly tolerance: Tolerance;
}

/** ONNX Runtime's level off, which runs the file as it is written, and full, which users deploy. */
const LEVELS: readonly OptimizationLevel[] = ["disabled", "all"];

const passOf = (rewriter: Rule | Pass): Pass => ("run" in rewriter ? rewriter : rulePass(rewriter.name, [rewriter]));

/**
 * Applies a rule or a pass to the graph that `text` describes and gives the text of the result. Expects the number of
 * rewrites, a well-formed graph before and after, and outputs within the tolerance of those before, on ONNX Runtime with
 * its own optimisation off (after: off and on).
 */
export async function expectRewrite(rewriter: Rule | Pass, text: string, expected: Rewritten): Promise<string> {
  const before = parseGraph(text);
  verifyGraph(before);
  const { result, misses } = rewrite(rewriter, before);
  assert.equal(result.rewrites.length, expected.applied, `rewrites of ${rewriter.name}; misses: ${misses.join("; ")}`);
  await expectSameOutputs(before, result.graph, expected.tolerance);
  return printGraph(result.graph);
}

/** Expects that the rule leaves the graph alone, for that reason. */
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
