import { sameShape } from "@yolo-compile/core";
import { fixedShape, type Node, type Value } from "@yolo-compile/ir";
import { changedConstant, isMiss, miss, rule, soleFeeder } from "../rule.js";

/** The kernel position that sees the output's own pixel. */
type Tap = readonly [row: number, column: number];

/**
 * out[i] = Σ w[t] · x[i + t · dilation − pad], so the tap at t = pad / dilation sees x[i]. It is one of the kernel's: where
 * the output has the input's shape, the pads add up to the kernel's reach.
 */
function ownTap(conv: Node<"Conv">): Tap | undefined {
  const [top, left] = conv.attributes.pads as [number, number];
  const [down, right] = conv.attributes.dilations as [number, number];
  const [row, column] = [top / down, left / right];
  return Number.isInteger(row) && Number.isInteger(column) ? [row, column] : undefined;
}

/** The weight of conv(x) + x: one more where a filter sees its own channel's own pixel. */
function withIdentity(conv: Node<"Conv">, [row, column]: Tap): Value {
  const weight = conv.inputs[1]!;
  const [filters, perGroup, height, width] = fixedShape(weight) as [number, number, number, number];
  return changedConstant(weight, (numbers) => {
    for (let filter = 0; filter < filters; filter++)
      numbers[((filter * perGroup + (filter % perGroup)) * height + row) * width + column]! += 1;
    return numbers;
  });
}

/** conv(x) + x = conv'(x), where each filter has 1 added at its own channel and the tap of its own pixel. */
export const foldResidual = rule("fold-residual", ["Add"], (node, context, { replace }) => {
  const [a, b] = node.inputs as [Value, Value];
  const sum = [
    { x: a, y: b },
    { x: b, y: a },
  ].find(({ x, y }) => context.producer(y)?.inputs[0] === x);
  if (!sum) return miss("no term is a convolution of the other");
  const conv = soleFeeder(context, sum.y, node);
  if (isMiss(conv)) return conv;
  if (conv.op !== "Conv") return miss("no term is a convolution of the other");
  if (!conv.inputs[1]!.constant) return miss("the Conv's weight is computed");
  if (conv.inputs[1]!.type.shape.length !== 4) return miss("the Conv is not one over a map");
  if (conv.attributes.strides.some((step) => step !== 1)) return miss("the Conv has a stride");
  if (!sameShape(sum.x.type.shape, conv.outputs[0]!.type.shape)) return miss("the terms differ in shape");
  const tap = ownTap(conv);
  if (!tap) return miss("no tap of the kernel sees the output's own pixel");
  const [, , bias] = conv.inputs;
  const inputs = [sum.x, withIdentity(conv, tap), ...(bias ? [bias] : [])];
  return replace(node, (emit) => emit("Conv", inputs, conv.attributes), [conv]);
});
