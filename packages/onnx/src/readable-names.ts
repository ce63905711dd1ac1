import type { Value } from "@yolo-compile/ir";
import type { OnnxNode } from "./operands.js";

/**
 * The names that values have in a file, from those of its nodes. What a BatchNormalization gives is called after its module
 * alone, `model.0.bn`, whichever op makes it: a convolution, once it was folded. A constant without a path of its own gets
 * that of the first node that takes it: `model.24/Mul_1/two`.
 */
export function readableNames(
  nodes: readonly OnnxNode[],
  nodeNames: ReadonlyMap<OnnxNode, string>,
): (value: Value) => string {
  const scoped = new Map<Value, string>();
  for (const node of nodes)
    for (const input of node.inputs)
      if (input?.constant && isLocal(input.hint) && !scoped.has(input))
        scoped.set(input, `${nodeNames.get(node)}/${input.hint}`);
  return (value) => scoped.get(value) ?? value.hint.replace("/BatchNormalization", "");
}

/** Weights, and constants that the rewrites of the IR make, have paths. */
const isLocal = (hint: string): boolean => !/[./]/.test(hint);
