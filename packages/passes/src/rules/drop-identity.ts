import { sameType } from "@yolo-compile/core";
import { keepsOrder, opsWith } from "@yolo-compile/ir";
import { miss, rule } from "../rule.js";

/** Removes a node that hands its input on: y = x. */
export const dropIdentity = rule("drop-identity", opsWith("keepsOrder"), (node, _, { reuse }) => {
  const [x, y] = [node.inputs[0]!, node.outputs[0]!];
  return keepsOrder(node) && sameType(x.type, y.type) ? reuse([[y, x]]) : miss(`the ${node.op} changes its input`);
});
