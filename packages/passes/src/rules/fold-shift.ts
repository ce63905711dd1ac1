import { elementCount, fromNumbers, type Tensor, toFloat64 } from "@yolo-compile/core";
import { fixedShape, lazyConstant, type Node, type Value } from "@yolo-compile/ir";
import { areConstant, isMiss, type Miss, miss, type RuleContext, rule, soleFeeder } from "../rule.js";
import { channelVector } from "./linear-terms.js";

/** A value, and what is added to each of its channels. */
interface Shifted {
  readonly x: Value;
  readonly by: Float64Array;
  readonly add: Node;
}

function shiftedInput(conv: Node<"Conv">, channels: number, context: RuleContext): Shifted | Miss {
  const add = soleFeeder(context, conv.inputs[0], conv);
  if (isMiss(add)) return add;
  if (add.op !== "Add") return miss(`the input comes from ${add.op}`);
  const [a, b] = add.inputs as [Value, Value];
  const [x, constant] = a.constant ? [b, a] : [a, b];
  const by = channelVector(constant, channels);
  return by && !x.constant ? { x, by, add } : miss("the Add is not by one number a channel");
}

/** b + W a, where each filter sees a channel's shift at each of its taps. */
function shiftedBias(conv: Node<"Conv">, by: Float64Array): Value {
  const [, weight, bias] = conv.inputs as [Value, Value, Value | undefined];
  const [filters, perGroup, ...kernel] = fixedShape(weight) as [number, number, ...number[]];
  const { dtype } = weight.constant!;
  const perFilter = perGroup * elementCount(kernel);
  const read = (): Tensor => {
    const numbers = toFloat64(weight.constant!.read());
    const sums = bias ? toFloat64(bias.constant!.read()).slice() : new Float64Array(filters);
    for (let filter = 0, index = 0; filter < filters; filter++) {
      const first = Math.floor(filter / (filters / conv.attributes.group)) * perGroup;
      for (let tap = 0; tap < perFilter; tap++, index++)
        sums[filter]! += numbers[index]! * by[first + Math.floor((tap * perGroup) / perFilter)]!;
    }
    return { dtype, shape: [filters], data: fromNumbers(dtype, sums) };
  };
  return lazyConstant({ dtype, shape: [filters], read }, weight.hint.replace(/weight$/, "bias"));
}

/** W (x + a) + b = W x + (W a + b), where no padding comes between: a pad is 0, not a. */
export const foldShift = rule("fold-shift", ["Conv"], (node, context, { replace }) => {
  const { pads, group } = node.attributes;
  if (pads.some((pad) => pad !== 0)) return miss("the Conv pads its input");
  if (!areConstant(node, [1, 2])) return miss("the Conv's weights are computed");
  const weight = node.inputs[1]!;
  if (weight.type.shape.length !== 4) return miss("the Conv is not one over a map");
  const shifted = shiftedInput(node, fixedShape(weight)[1]! * group, context);
  if (isMiss(shifted)) return shifted;
  const { x, by, add } = shifted;
  return replace(node, (emit) => emit("Conv", [x, weight, shiftedBias(node, by)], node.attributes, node), [add]);
});
