import { sameShape } from "@yolo-compile/core";
import { type Node, numbersOf, type Value } from "@yolo-compile/ir";
import { changedConstant, isMissing, miss, type Rule, replace, soleFeeder } from "../rule.js";

/** The kernel position that sees the output's own pixel. */
type Tap = readonly [row: number, column: number];

/** out[i] = Σ w[t] · x[i + t · dilation − pad], so the tap at t = pad / dilation sees x[i]. */
function ownTap(conv: Node): Tap | undefined {
  const [top, left] = numbersOf(conv, "pads") as [number, number];
  const [down, right] = numbersOf(conv, "dilations") as [number, number];
  const [, , height, width] = conv.inputs[1]!.type.shape as [number, number, number, number];
  const [row, column] = [top / down, left / right];
  const inside = Number.isInteger(row) && Number.isInteger(column) && row < height && column < width;
  return inside ? [row, column] : undefined;
}

/** The weight of conv(x) + x: one more where a filter sees its own channel's own pixel. */
function withIdentity(conv: Node, [row, column]: Tap): Value {
  const weight = conv.inputs[1]!;
  const [filters, perGroup, height, width] = weight.type.shape as [number, number, number, number];
  return changedConstant(weight, (numbers) => {
    for (let filter = 0; filter < filters; filter++)
      numbers[((filter * perGroup + (filter % perGroup)) * height + row) * width + column]! += 1;
    return numbers;
  });
}

/** conv(x) + x = conv'(x), where each filter has 1 added at its own channel and the tap of its own pixel. */
export const foldResidual: Rule = {
  name: "fold-residual",
  ops: ["Add"],
  apply: (node, context) => {
    const [a, b] = node.inputs as [Value, Value];
    const sum = [
      [a, b],
      [b, a],
    ].find(([x, y]) => {
      const conv = context.producer(y);
      return conv?.op === "Conv" && conv.inputs[0] === x;
    });
    if (!sum) return miss("no term is a convolution of the other");
    const conv = soleFeeder(context, sum[1], node);
    if (isMissing(conv)) return conv;
    if (!conv.inputs[1]!.constant) return miss("the Conv's weight is computed");
    if (conv.inputs[1]!.type.shape.length !== 4) return miss("the Conv is not one over a map");
    if (numbersOf(conv, "strides").some((step) => step !== 1)) return miss("the Conv has a stride");
    if (!sameShape(sum[0]!.type.shape, conv.outputs[0]!.type.shape)) return miss("the terms differ in shape");
    const tap = ownTap(conv);
    if (!tap) return miss("no tap of the kernel sees the output's own pixel");
    const [x, , bias] = conv.inputs;
    const inputs = [x, withIdentity(conv, tap), ...(bias ? [bias] : [])];
    return replace("fold-residual", node, (emit) => emit("Conv", inputs, conv.attributes), [conv]);
  },
};
