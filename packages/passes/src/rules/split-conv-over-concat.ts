import { fromNumbers, isFixed, type Tensor, toFloat64 } from "@yolo-compile/core";
import { lazyConstant, type Node, pixelwiseInputs, type Value } from "@yolo-compile/ir";
import { areConstant, isMiss, miss, type RuleContext, rule } from "../rule.js";

/** Runtimes keep channels in blocks of the floats that a vector unit holds; parts that fill none are slower than the copy. */
const BLOCK = 16;

/** A convolution of single pixels that reads every channel, with weights that can be cut. */
const isDense = (node: Node): node is Node<"Conv"> =>
  node.op === "Conv" &&
  node.outputs[0]!.type.shape.length === 4 &&
  node.attributes.group === 1 &&
  pixelwiseInputs(node).includes(0) &&
  areConstant(node, [1]);

/**
 * The channels [start, end) of a weight [filters,channels,1,1]; read when asked. Readers of weights join `name:0-32` and
 * `name:32-64` again.
 */
function channelsOf(weight: Value, start: number, end: number): Value {
  const stored = weight.constant!; // isDense has looked
  const [filters, channels, ...kernel] = stored.shape as [number, number, ...number[]];
  const shape = [filters, end - start, ...kernel];
  const { dtype } = stored;
  const read = (): Tensor => {
    const own = toFloat64(stored.read()).filter((_, at) => at % channels >= start && at % channels < end);
    return { dtype, shape, data: fromNumbers(dtype, own) };
  };
  return lazyConstant({ dtype, shape, read }, `${weight.hint}:${start}-${end}`);
}

/** The channels of each part that a Concat joins; undefined where it joins anything else, or blocks are not filled. */
function blocksOf({ inputs, attributes, outputs }: Node<"Concat">): readonly number[] | undefined {
  const { length: rank } = outputs[0]!.type.shape;
  if (rank !== 4 || (attributes.axis + rank) % rank !== 1) return undefined;
  const channels = inputs.map((part) => part!.type.shape[1]!);
  return channels.every((count) => isFixed(count) && count % BLOCK === 0) ? (channels as number[]) : undefined; // as looked
}

/**
 * The joined map costs a copy of its channels. Without it, each part but the first adds to the filters of each user, whose
 * sums are read and written once more.
 */
function isCheaper(users: readonly Node<"Conv">[], parts: readonly number[]): boolean {
  const copied = parts.reduce((sum, channels) => sum + channels, 0);
  const added = users.reduce((sum, { inputs }) => sum + (inputs[1]!.type.shape[0] as number), 0) * (parts.length - 1);
  return added <= copied;
}

function joinedBy(node: Node<"Conv">, context: RuleContext) {
  if (!isDense(node)) return miss("it is no dense 1x1 convolution with constant weights");
  const [x] = node.inputs as [Value];
  const concat = context.producer(x);
  if (concat?.op !== "Concat") return miss("no Concat feeds it");
  if (context.isOutput(x)) return miss("the joined map is an output of the graph");
  const parts = blocksOf(concat);
  if (!parts || parts.length < 2) return miss(`the Concat does not join blocks of ${BLOCK} channels`);
  const users = context.users(x);
  if (!users.every(isDense)) return miss("another user needs the joined map");
  return isCheaper(users, parts) ? { concat, parts } : miss("adding the parts' sums costs more than joining the parts");
}

/** W concat(a, b) + c = Wa a + c + Wb b, with W = [Wa Wb], where nobody needs the joined map. */
export const splitConvOverConcat = rule("split-conv-over-concat", ["Conv"], (node, context, { replace }) => {
  const joined = joinedBy(node, context);
  if (isMiss(joined)) return joined;
  const { concat, parts } = joined;
  const [, weight, bias] = node.inputs;
  return replace(node, (emit) => {
    let start = 0;
    const sums = concat.inputs.map((part, index) => {
      const end = start + parts[index]!;
      const inputs = [part, channelsOf(weight!, start, end), ...(index === 0 && bias ? [bias] : [])];
      start = end;
      return emit("Conv", inputs, node.attributes);
    });
    return sums.reduce((sum, each) => emit("Add", [sum, each]));
  });
});
