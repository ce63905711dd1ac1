import { multiplySizes, productOf, type Size, sameSize } from "@yolo-compile/core";
import { type Node, traitsOf, type Value } from "@yolo-compile/ir";
import { isMiss, miss, rule, soleFeeder } from "../rule.js";

/** For each axis of `coarse` the axes of `fine` that it splits into; undefined where that is not all that happens. */
export function axisGroups(coarse: readonly Size[], fine: readonly Size[]): number[][] | undefined {
  let next = 0;
  const groups = coarse.map((size) => {
    const group: number[] = size === 1 && fine[next] === 1 ? [next++] : [];
    for (let product: Size = 1; !sameSize(product, size) && next < fine.length; next++) {
      product = multiplySizes(product, fine[next]!);
      group.push(next);
    }
    return group;
  });
  for (; next < fine.length; next++) groups.at(-1)?.push(next);
  const product = (axes: readonly number[]): Size => productOf(axes.map((axis) => fine[axis]!));
  return groups.every((group, axis) => sameSize(product(group), coarse[axis])) ? groups : undefined;
}

/** transpose(x, perm) then split axes = split the axes of x, then transpose. */
function splitFirst(perm: readonly number[], groups: readonly number[][], split: readonly Size[]) {
  const owner = perm.map((_, axis) => perm.indexOf(axis));
  const order = owner.flatMap((axis) => groups[axis]!);
  return { shape: order.map((axis) => split[axis]!), perm: split.map((_, axis) => order.indexOf(axis)) };
}

/**
 * transpose(reshape(transpose(x))) = transpose(reshape(x)) where the reshape only splits axes, and
 * = reshape(transpose(x)) where it only joins them: one pass over the elements instead of two.
 */
export const mergeTransposesAroundReshape = rule(
  "merge-transposes-around-reshape",
  ["Transpose"],
  (node, context, { replace }) => {
    const middle = soleFeeder(context, node.inputs[0], node);
    if (isMiss(middle)) return middle;
    if (middle.op !== "Reshape") return miss(`the input comes from ${middle.op}`);
    const first = soleFeeder(context, middle.inputs[0], middle);
    if (isMiss(first)) return first;
    if (first.op !== "Transpose") return miss(`the Reshape's input comes from ${first.op}`);
    // A Reshape takes 0 for the size of that axis of its input.
    if (node.outputs[0]!.type.shape.includes(0)) return miss("the result is empty");
    const [x] = first.inputs as [Value];
    const [before, after] = [first.outputs[0]!.type.shape, middle.outputs[0]!.type.shape];
    const absorbed = [first, middle];
    const split = axisGroups(before, after);
    if (split) {
      const { shape, perm } = splitFirst(first.attributes.perm, split, after);
      const merged = node.attributes.perm.map((axis) => perm[axis]!);
      return replace(node, (emit) => emit("Transpose", [emit("Reshape", [x], { shape })], { perm: merged }), absorbed);
    }
    const joined = axisGroups(after, before);
    if (!joined) return miss("the Reshape neither splits nor joins axes");
    const perm = node.attributes.perm.flatMap((axis) => joined[axis]!.map((inner) => first.attributes.perm[inner]!));
    const { shape } = node.outputs[0]!.type;
    return replace(node, (emit) => emit("Reshape", [emit("Transpose", [x], { perm })], { shape }), absorbed);
  },
);

const rearranges = (node: Node): boolean => traitsOf(node).moves === "each";

/** pad(transpose(x)) = transpose(pad(x)), so that the Transpose meets the one behind. */
export const movePadBeforeTranspose = rule("move-pad-before-transpose", ["Pad"], (node, context, { replace }) => {
  const feeder = soleFeeder(context, node.inputs[0], node);
  if (isMiss(feeder)) return feeder;
  if (feeder.op !== "Transpose") return miss(`the input comes from ${feeder.op}`);
  if (!context.users(node.outputs[0]!).every(rearranges)) return miss("nothing behind the Pad rearranges");
  const { perm } = feeder.attributes;
  const given = node.attributes.pads;
  const pads = [0, perm.length].flatMap((offset) => perm.map((_, axis) => given[offset + perm.indexOf(axis)]!));
  return replace(
    node,
    (emit) => {
      const inputs = [feeder.inputs[0], ...node.inputs.slice(1)];
      return emit("Transpose", [emit("Pad", inputs, { ...node.attributes, pads })], { perm });
    },
    [feeder],
  );
});

/** transpose(slice(x)) = slice(transpose(x)), so that the Transpose meets the one before. */
export const moveSliceBehindTranspose = rule(
  "move-slice-behind-transpose",
  ["Transpose"],
  (node, context, { replace }) => {
    const slice = soleFeeder(context, node.inputs[0], node);
    if (isMiss(slice)) return slice;
    if (slice.op !== "Slice") return miss(`the input comes from ${slice.op}`);
    const [x] = slice.inputs;
    const before = soleFeeder(context, x, slice);
    if (isMiss(before)) return before;
    if (!rearranges(before)) return miss("nothing before the Slice rearranges");
    const perm = node.attributes.perm;
    const axes = slice.attributes.axes.map((axis) => perm.indexOf((axis + perm.length) % perm.length));
    return replace(node, (emit) => emit("Slice", [emit("Transpose", [x], { perm })], { ...slice.attributes, axes }), [
      slice,
    ]);
  },
);
