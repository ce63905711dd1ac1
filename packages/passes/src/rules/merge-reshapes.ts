import { keepsOrder, opsWith } from "@yolo-compile/ir";
import { isMiss, miss, rule, soleFeeder } from "../rule.js";

/** reshape(reshape(x, a), b) = reshape(x, b), for all ops that keep the order of elements, as a Transpose of axes of 1 does. */
export const mergeReshapes = rule("merge-reshapes", opsWith("keepsOrder"), (node, context, { replace }) => {
  if (!keepsOrder(node)) return miss(`the ${node.op} changes the order of elements`);
  const feeder = context.producer(node.inputs[0]);
  if (!feeder || !keepsOrder(feeder)) return miss("the input is not a reshape");
  const { shape } = node.outputs[0]!.type;
  // A Reshape takes 0 for the size of that axis of its input.
  if (shape.includes(0)) return miss("the result is empty");
  return replace(node, (emit) => emit("Reshape", [feeder.inputs[0]], { shape }));
});

/** transpose(transpose(x, p), q) = transpose(x, p[q]) */
export const mergeTransposes = rule("merge-transposes", ["Transpose"], (node, context, { replace }) => {
  const feeder = soleFeeder(context, node.inputs[0], node);
  if (isMiss(feeder)) return feeder;
  if (feeder.op !== "Transpose") return miss(`the input comes from ${feeder.op}`);
  const first = feeder.attributes.perm;
  const perm = node.attributes.perm.map((axis) => first[axis]!);
  return replace(node, (emit) => emit("Transpose", [feeder.inputs[0]], { perm }), [feeder]);
});
