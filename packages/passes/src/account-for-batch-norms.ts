import type { Graph } from "@yolo-compile/ir";
import { batchNormLost } from "./diagnostics.js";
import { type Accounted, accounted, type PassResult } from "./rule.js";

const batchNorms = (nodes: readonly Accounted[]): string[] =>
  nodes.filter(({ op }) => op === "BatchNormalization").map(({ path }) => path);

/**
 * Proves that every BatchNormalization of the plain graph is still there, or that a rewrite accounts for it.
 * @throws passes/batch-norm-lost
 */
export function accountForBatchNorms(plain: Graph, { graph, rewrites }: PassResult): void {
  const left = batchNorms([...graph.nodes.map(accounted), ...rewrites.flatMap(({ accountsFor }) => accountsFor)]);
  const lost = batchNorms(plain.nodes.map(accounted)).filter((path) => {
    const at = left.indexOf(path);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  if (lost.length > 0) throw batchNormLost(lost);
}
