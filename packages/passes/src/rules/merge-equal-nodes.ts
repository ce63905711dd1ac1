import { byteLength, sameType, tensorBytes } from "@yolo-compile/core";
import { type Node, OP_NAMES, sameAttributes, type Value } from "@yolo-compile/ir";
import { miss, rule } from "../rule.js";

/** Constants up to this size are compared by content. */
const COMPARED_BYTES = 4096;

function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (!a?.constant || !b?.constant || !sameType(a.type, b.type)) return false;
  if (byteLength(a.constant) > COMPARED_BYTES) return false;
  const right = tensorBytes(b.constant.read());
  return tensorBytes(a.constant.read()).every((byte, index) => byte === right[index]);
}

const sameNode = (a: Node, b: Node): boolean =>
  a.op === b.op &&
  a.inputs.length === b.inputs.length &&
  sameAttributes(a.attributes, b.attributes) &&
  a.inputs.every((input, index) => sameValue(input, b.inputs[index]));

/** Two nodes that compute the same from the same become one (common subexpressions). */
export const mergeEqualNodes = rule("merge-equal-nodes", OP_NAMES, (node, context, { reuse }) => {
  const computed = node.inputs.find((input) => input && !input.constant);
  if (!computed) return miss("no input is computed");
  const users = context.users(computed);
  const twin = users.slice(0, users.indexOf(node)).find((user) => sameNode(user, node));
  if (!twin) return miss("no earlier node is equal");
  return reuse(
    node.outputs.map((output, index) => [output, twin.outputs[index]!]),
    [node],
  );
});
