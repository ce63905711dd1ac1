import { elementCount, toFloat64 } from "@yolo-compile/core";
import { type Node, traitsOf, type Value } from "@yolo-compile/ir";
import type { Emit } from "../patch.js";
import { areConstant, changedConstant, isMiss, type Miss, miss, type RuleContext, rule, soleFeeder } from "../rule.js";

/** Whether a node only moves elements of its first input, so that a factor may be applied before it. */
const moves = (node: Node): boolean => traitsOf(node).moves !== undefined && node.outputs.length === 1;

/** The nodes from a convolution to the scaled value. */
type Chain = readonly [conv: Node<"Conv">, ...moving: Node[]];

const scaledConstant = (value: Value, factor: number): Value =>
  changedConstant(value, (numbers) => numbers.map((number) => number * factor));

/** From `value` up to a convolution, through nodes that have no other users. */
function chainUp(value: Value | undefined, user: Node, context: RuleContext): Chain | Miss {
  const feeder = soleFeeder(context, value, user);
  if (isMiss(feeder)) return feeder;
  if (feeder.op === "Conv") return areConstant(feeder, [1, 2]) ? [feeder] : miss("the Conv's weights are computed");
  if (!moves(feeder)) return miss(`the factor does not pass through ${feeder.op}`);
  const above = chainUp(feeder.inputs[0], feeder, context);
  return isMiss(above) ? above : [...above, feeder];
}

/** The chain computed anew, its convolution scaled. */
function emitScaled(emit: Emit, [conv, ...moving]: Chain, factor: number): Value {
  const [x, weight, bias] = conv.inputs;
  const inputs = [x, scaledConstant(weight!, factor), ...(bias ? [scaledConstant(bias, factor)] : [])];
  let value = emit("Conv", inputs, conv.attributes, conv);
  for (const node of moving) value = emit(node.op, [value, ...node.inputs.slice(1)], node.attributes, node);
  return value;
}

/** The factor and the other input of a Mul by one number. */
function factorOf(node: Node): { factor: number; value: Value } | undefined {
  const at = node.inputs.findIndex((input) => input?.constant && elementCount(input.constant.shape) === 1);
  if (at < 0) return undefined;
  const [constant, value] = [node.inputs[at]!, node.inputs[1 - at]!];
  if (constant.type.shape.length > value.type.shape.length) return undefined;
  return { factor: toFloat64(constant.constant!.read())[0]!, value };
}

/** s · (a b) = (s a) b, and s · (W x + c) = (s W) x + s c; reshapes and transposes between do not matter. */
export const foldScale = rule("fold-scale", ["Mul"], (node, context, { replace }) => {
  const scaled = factorOf(node);
  if (!scaled) return miss("no input is one constant number");
  const { factor, value } = scaled;
  const product = context.producer(value);
  if (product?.op !== "MatMul") {
    const chain = chainUp(value, node, context);
    return isMiss(chain) ? chain : replace(node, (emit) => emitScaled(emit, chain, factor), chain);
  }
  const alone = soleFeeder(context, value, node);
  if (isMiss(alone)) return alone;
  const reasons: Miss[] = [];
  for (const side of [0, 1] as const) {
    const chain = chainUp(product.inputs[side], product, context);
    if (isMiss(chain)) reasons.push(chain);
    else
      return replace(
        node,
        (emit) => {
          const inputs = [...product.inputs];
          inputs[side] = emitScaled(emit, chain, factor);
          return emit("MatMul", inputs, {}, product);
        },
        [product, ...chain],
      );
  }
  return reasons[0]!;
});
