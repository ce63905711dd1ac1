import type { Graph } from "@yolo-compile/ir";
import { batchNormLost } from "./diagnostics.js";
import type { PassResult } from "./rule.js";

const BATCH_NORM = "BatchNormalization";

const batchNorms = (graph: Graph): string[] =>
  graph.nodes.filter(({ op }) => op === BATCH_NORM).map(({ origin }) => origin.path);

/** Rules that take a BatchNormalization away because its work is done elsewhere, or is not needed. */
const ACCOUNTED = new Set(["fold-batch-norm", "drop-dead-code", "merge-equal-nodes"]);

/**
 * Proves that every BatchNormalization of the plain graph is still there, or was folded by a rule that says so.
 * @throws passes/batch-norm-lost
 */
export function guardBatchNorms(plain: Graph, { graph, rewrites }: PassResult): void {
  const left = batchNorms(graph);
  for (const { rule, paths, ops } of rewrites) if (ACCOUNTED.has(rule) && ops[0] === BATCH_NORM) left.push(paths[0]!);
  const lost = batchNorms(plain).filter((path) => {
    const at = left.indexOf(path);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  if (lost.length > 0) throw batchNormLost(lost);
}
