import { sameShape, toNumbers } from "@yolo-compile/core";
import { type Node, OP_NAMES, type Value } from "@yolo-compile/ir";
import { miss, rule } from "../rule.js";

const sameTypes = (node: Node): boolean => {
  const [x, y] = [node.inputs[0]!.type, node.outputs[0]!.type];
  return x.dtype === y.dtype && sameShape(x.shape, y.shape);
};

const ints = (value: Value | undefined): readonly number[] | undefined =>
  value?.constant ? toNumbers(value.constant.read()) : undefined;

/** When each op hands its first input on unchanged. */
const UNCHANGED: Readonly<Record<string, (node: Node) => boolean>> = {
  Cast: sameTypes,
  Concat: (node) => node.inputs.length === 1,
  Expand: sameTypes,
  Flatten: sameTypes,
  Identity: () => true,
  Pad: (node) => ints(node.inputs[1])?.every((pad) => pad === 0) ?? false,
  Reshape: sameTypes,
  Slice: (node) => sameTypes(node) && (ints(node.inputs[4])?.every((step) => step === 1) ?? true),
  Split: (node) => node.outputs.length === 1,
  Squeeze: sameTypes,
  Transpose: (node) => node.op === "Transpose" && node.attributes.perm.every((axis, index) => axis === index),
  Unsqueeze: sameTypes,
};

/** Removes a node that hands its input on: y = x. */
export const dropIdentity = rule(
  "drop-identity",
  OP_NAMES.filter((op) => op in UNCHANGED),
  (node, _, { reuse }) =>
    UNCHANGED[node.op]!(node) ? reuse([[node.outputs[0]!, node.inputs[0]!]]) : miss(`the ${node.op} changes its input`),
);
