import { type Graph, type Node, type Value, verifyGraph } from "@yolo-compile/ir";
import { endlessRule } from "./diagnostics.js";
import type { Patch } from "./patch.js";
import { accounted, isMiss, type PassResult, type Replacements, type Rewrite, type Rule } from "./rule.js";
import { WorkingGraph } from "./working-graph.js";

/** A step of a pipeline. */
export interface Pass {
  readonly name: string;
  readonly run: (graph: Graph, observer: PassObserver) => PassResult;
}

/** Hooks for `--print-ir-after`, `--trace-rule`, `--time-passes` and `--bisect`. */
export interface PassObserver {
  /** Whether the graph is verified after every pass, and not once at the end. Left out, it is. */
  readonly checks?: boolean;
  /** Asked before each rewrite; one that is refused is not made. Left out, all are allowed. */
  readonly allows?: (rewrite: Rewrite) => boolean;
  readonly afterPass?: (pass: string, result: PassResult, elapsedMs: number) => void;
  readonly onMiss?: (rule: string, path: string, op: string, reason: string) => void;
}

/** A pass that still rewrites after so many sweeps has two rewrites that undo each other. */
const MAX_SWEEPS = 50;

/** A pass that applies rules until none of them finds anything more. */
export const rulePass = (name: string, rules: readonly Rule[]): Pass => ({
  name,
  run: (graph, observer) => {
    const working = new WorkingGraph(graph);
    const rewrites: Rewrite[] = [];
    for (let sweeps = 0; ; sweeps++) {
      const found = sweep(working, rules, observer);
      if (found.length === 0) break;
      rewrites.push(...found);
      if (sweeps === MAX_SWEEPS) throw endlessRule(name, MAX_SWEEPS, found[0]!.rule);
    }
    return { graph: working.freeze(), rewrites, replaced: working.replaced };
  },
});

function sweep(working: WorkingGraph, rules: readonly Rule[], observer: PassObserver): Rewrite[] {
  const rewrites: Rewrite[] = [];
  for (const before of [...working.nodes])
    for (const rule of rules) {
      const node = working.latest(before);
      if (!node) break;
      if (!rule.ops.has(node.op)) continue;
      const result = rule.apply(node, working);
      if (isMiss(result)) observer.onMiss?.(rule.name, node.origin.path, node.op, result.miss);
      else {
        const rewrite = describe(node, result, rule.name);
        if (observer.allows?.(rewrite) === false) continue;
        working.apply(node, result, rule.name);
        rewrites.push(rewrite);
      }
    }
  return rewrites;
}

function describe(node: Node, patch: Patch, rule: string): Rewrite {
  const replaced = [node, ...patch.absorbed];
  return {
    rule,
    paths: replaced.map(({ origin }) => origin.path),
    ops: replaced.map(({ op }) => op),
    accountsFor: patch.accountsFor.map(accounted),
  };
}

const DROP_DEAD_CODE = "drop-dead-code";

/** Removes nodes whose results nobody uses. */
export const dropDeadCode: Pass = {
  name: DROP_DEAD_CODE,
  run: (graph) => {
    const working = new WorkingGraph(graph);
    const rewrites = working.dropDead().map((node): Rewrite => {
      const dead = accounted(node);
      return { rule: DROP_DEAD_CODE, paths: [dead.path], ops: [dead.op], accountsFor: [dead] };
    });
    return { graph: working.freeze(), rewrites, replaced: working.replaced };
  },
};

/** A pass that runs others in order, again and again until none of them finds anything more. */
export const untilStable = (name: string, passes: readonly Pass[]): Pass => ({
  name,
  run: (graph, observer) => {
    const rewrites: Rewrite[] = [];
    const replaced = new Map<Value, Value>();
    let current = graph;
    for (let rounds = 0; ; rounds++) {
      const result = runPasses(current, passes, observer);
      if (result.rewrites.length === 0) return { graph: current, rewrites, replaced };
      current = result.graph;
      rewrites.push(...result.rewrites);
      addAll(replaced, result.replaced);
      if (rounds === MAX_SWEEPS) throw endlessRule(name, MAX_SWEEPS, result.rewrites[0]!.rule);
    }
  },
});

/** Runs passes in order and verifies the graph after each, unless the observer says otherwise. @throws passes/… and ir/… on a fault of a rule */
export function runPasses(graph: Graph, passes: readonly Pass[], observer: PassObserver = {}): PassResult {
  let current = graph;
  const rewrites: Rewrite[] = [];
  const replaced = new Map<Value, Value>();
  for (const pass of passes) {
    const started = performance.now();
    const result = pass.run(current, observer);
    if (observer.checks !== false) verifyGraph(result.graph);
    observer.afterPass?.(pass.name, result, performance.now() - started);
    current = result.graph;
    rewrites.push(...result.rewrites);
    addAll(replaced, result.replaced);
  }
  return { graph: current, rewrites, replaced };
}

function addAll(target: Map<Value, Value>, added: Replacements): void {
  for (const [old, replacement] of added) target.set(old, replacement);
}
