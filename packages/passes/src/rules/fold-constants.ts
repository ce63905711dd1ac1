import { areFixed, byteLength, isCompileError, type Tensor, type TensorType, type ValueType } from "@yolo-compile/core";
import { constantValue, foldNode, lazyConstant, type Node, OP_NAMES, schemaOf, type Value } from "@yolo-compile/ir";
import { miss, rule } from "../rule.js";

/** Results up to this size are computed at once and kept; larger ones are computed when they are written. */
const EAGER_BYTES = 1 << 16;
/** Constants may grow by at most this much through folding, so that an Expand does not blow up the file. */
const MAX_GROWTH_BYTES = 1 << 20;

/** Computes a node whose inputs are all constants. One without a result, such as 1 / 0 in integers, stays. */
export const foldConstants = rule("fold-constants", OP_NAMES, (node, _, { reuse }) => {
  if (node.inputs.some((input) => input && !input.constant)) return miss("an input is computed");
  if (!schemaOf(node.op).fold) return miss(`${node.op} is not folded`);
  const types = node.outputs.map(({ type }) => type);
  if (!types.every(isTensorType)) return miss("a size depends on symbols");
  const before = node.inputs.reduce((sum, input) => sum + (input?.constant ? byteLength(input.constant) : 0), 0);
  const after = types.reduce((sum, type) => sum + byteLength(type), 0);
  if (after > before + MAX_GROWTH_BYTES) return miss(`the constant would grow from ${before} to ${after} bytes`);
  try {
    return reuse(foldedOutputs(node, types, after));
  } catch (error) {
    if (!isCompileError(error)) throw error;
    return miss(error.diagnostic.message);
  }
});

const isTensorType = (type: ValueType): type is TensorType => areFixed(type.shape);

function foldedOutputs(node: Node, types: readonly TensorType[], bytes: number): [Value, Value][] {
  const compute = (): readonly Tensor[] | undefined =>
    foldNode(
      node,
      node.inputs.map((input) => input?.constant?.read()),
    );
  const now = bytes <= EAGER_BYTES ? compute() : undefined;
  return node.outputs.map((output, index) => {
    const hint = node.inputs[0]?.hint ?? output.hint;
    const later = lazyConstant({ ...types[index]!, read: () => compute()![index]! }, hint);
    return [output, now ? constantValue(now[index]!, hint) : later];
  });
}
