import { integers, type Node, type OpName } from "@yolo-compile/ir";
import { isMiss, miss, rule, soleFeeder } from "../rule.js";

const RESHAPES: readonly OpName[] = ["Reshape", "Flatten", "Squeeze", "Unsqueeze"];

/** Whether a transpose only moves axes of size 1: the elements keep their order. */
function keepsOrder(node: Node<"Transpose">): boolean {
  const { shape } = node.inputs[0]!.type;
  const moved = node.attributes.perm.filter((axis) => shape[axis] !== 1);
  return moved.every((axis, index) => index === 0 || axis > moved[index - 1]!);
}

const reshapes = (node: Node): boolean => RESHAPES.includes(node.op) || (node.op === "Transpose" && keepsOrder(node));

/** reshape(reshape(x, a), b) = reshape(x, b); so for Flatten, Squeeze, Unsqueeze and a Transpose that keeps the order. */
export const mergeReshapes = rule("merge-reshapes", [...RESHAPES, "Transpose"], (node, context, { replace }) => {
  if (!reshapes(node)) return miss("the Transpose changes the order of elements");
  const feeder = context.producer(node.inputs[0]);
  if (!feeder || !reshapes(feeder)) return miss("the input is not a reshape");
  const { shape } = node.outputs[0]!.type;
  // A Reshape takes 0 for the size of that axis of its input.
  if (shape.includes(0)) return miss("the result is empty");
  return replace(node, (emit) => emit("Reshape", [feeder.inputs[0], integers(shape, "shape")]));
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
