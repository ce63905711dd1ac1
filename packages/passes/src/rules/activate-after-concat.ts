import { type Node, sameAttributes, traitsOf, type Value } from "@yolo-compile/ir";
import type { Emit } from "../patch.js";
import { isMiss, type Miss, miss, type RuleContext, rule, soleFeeder } from "../rule.js";

const isUnary = (node: Node): boolean => traitsOf(node).elementwise === "unary";

/** An activation: f(x), or x · f(x). */
interface Activation {
  readonly function: Node;
  readonly gate?: Node;
  readonly x: Value;
}

/** The activation that makes `value` for `user` alone. */
function activationOf(value: Value | undefined, user: Node, context: RuleContext): Activation | Miss {
  const feeder = soleFeeder(context, value, user);
  if (isMiss(feeder)) return feeder;
  const [x] = feeder.inputs as [Value];
  if (isUnary(feeder)) return { function: feeder, x };
  if (feeder.op !== "Mul") return miss(`an input comes from ${feeder.op}, which is no activation`);
  for (const [at, other] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const inner = context.producer(feeder.inputs[at]);
    const same = inner && isUnary(inner) && inner.inputs[0] === feeder.inputs[other];
    const alone = same && !isMiss(soleFeeder(context, feeder.inputs[at], feeder));
    if (inner && alone) return { function: inner, gate: feeder, x: inner.inputs[0]! };
  }
  return miss("an input comes from a Mul, which is no activation");
}

const sameActivation = (a: Activation, b: Activation): boolean =>
  a.function.op === b.function.op &&
  (a.gate === undefined) === (b.gate === undefined) &&
  sameAttributes(a.function.attributes, b.function.attributes);

function emitActivation(emit: Emit, like: Activation, x: Value): Value {
  const y = emit(like.function.op, [x], like.function.attributes, like.function);
  return like.gate ? emit("Mul", [x, y], {}, like.gate) : y;
}

/** concat(f(a), f(b)) = f(concat(a, b)): one call for all, where nobody else takes the parts. */
export const activateAfterConcat = rule("activate-after-concat", ["Concat"], (node, context, { replace }) => {
  if (node.inputs.length < 2) return miss("there is one input only");
  if (new Set(node.inputs).size < node.inputs.length) return miss("an input repeats");
  const activations: Activation[] = [];
  for (const input of node.inputs) {
    const found = activationOf(input, node, context);
    if (isMiss(found)) return found;
    activations.push(found);
  }
  const [first] = activations as [Activation];
  if (!activations.every((each) => sameActivation(first, each))) return miss("the activations differ");
  const absorbed = activations.flatMap((each) => (each.gate ? [each.function, each.gate] : [each.function]));
  return replace(
    node,
    (emit) => {
      const joined = emit(
        "Concat",
        activations.map(({ x }) => x),
        node.attributes,
        node,
      );
      return emitActivation(emit, first, joined);
    },
    absorbed,
  );
});
