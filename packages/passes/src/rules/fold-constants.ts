import { byteLength, type Tensor } from "@yolo-compile/core";
import { constantValue, lazyConstant, type Node, opContext, schemaOf, type Value } from "@yolo-compile/ir";
import { miss, type Rule, reuse } from "../rule.js";

/** Results up to this size are computed at once and kept; larger ones are computed when they are written. */
const EAGER_BYTES = 1 << 16;
/** A constant may grow by at most this factor through folding, so that an Expand does not blow up the file. */
const MAX_GROWTH_BYTES = 1 << 20;

/** Computes a node whose inputs are all constants. */
export const foldConstants: Rule = {
  name: "fold-constants",
  apply: (node) => {
    const { fold } = schemaOf(node.op);
    if (node.inputs.some((input) => input && !input.constant)) return miss("an input is computed");
    if (!fold) return miss(`${node.op} is not folded`);
    const before = node.inputs.reduce((sum, input) => sum + (input ? byteLength(input.type) : 0), 0);
    const after = node.outputs.reduce((sum, output) => sum + byteLength(output.type), 0);
    if (after > before + MAX_GROWTH_BYTES) return miss(`the constant would grow from ${before} to ${after} bytes`);
    const compute = (): readonly Tensor[] =>
      fold(
        opContext(node),
        node.inputs.map((input) => input?.constant?.read()),
      );
    return reuse(node.outputs.map((output, index) => [output, folded(node, output, compute, index, after)]));
  },
};

function folded(node: Node, output: Value, compute: () => readonly Tensor[], index: number, bytes: number): Value {
  const hint = node.inputs[0]?.hint ?? output.hint;
  if (bytes <= EAGER_BYTES) return constantValue(compute()[index]!, hint);
  return lazyConstant({ ...output.type, read: () => compute()[index]! }, hint);
}
