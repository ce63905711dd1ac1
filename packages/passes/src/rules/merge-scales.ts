import { toFloat64 } from "@yolo-compile/core";
import type { Node, Value } from "@yolo-compile/ir";
import { isMiss, type Miss, miss, type RuleContext, rule, soleFeeder } from "../rule.js";

/** A sum or product with a constant. */
interface WithConstant {
  readonly node: Node;
  readonly value: Value;
  readonly constant: Value;
}

/** `node` as a sum or product of something computed with a constant. */
function withConstant(node: Node): WithConstant | undefined {
  const [a, b] = node.inputs as [Value, Value];
  if (b.constant && !a.constant) return { node, value: a, constant: b };
  if (a.constant && !b.constant) return { node, value: b, constant: a };
  return undefined;
}

/** The product with a constant that makes `value` for `user` alone. */
function productBefore(value: Value, user: Node, context: RuleContext): WithConstant | Miss {
  const feeder = soleFeeder(context, value, user);
  if (isMiss(feeder)) return feeder;
  if (feeder.op !== "Mul") return miss(`the input comes from ${feeder.op}`);
  return withConstant(feeder) ?? miss("the Mul before is not by a constant");
}

/** (x · a) · b = x · (a · b), and (x · a + b) · c = x · (a · c) + b · c. The products of constants fold. */
export const mergeScales = rule("merge-scales", ["Mul"], (node, context, { replace }) => {
  const outer = withConstant(node);
  if (!outer) return miss("the Mul is not by a constant");
  const feeder = soleFeeder(context, outer.value, node);
  if (isMiss(feeder)) return feeder;
  const sum = feeder.op === "Add" ? withConstant(feeder) : undefined;
  if (feeder.op === "Add" && !sum) return miss("the Add before is not of a constant");
  const inner = sum ? productBefore(sum.value, feeder, context) : productBefore(outer.value, node, context);
  if (isMiss(inner)) return inner;
  const absorbed = sum ? [inner.node, sum.node] : [inner.node];
  return replace(
    node,
    (emit) => {
      const product = emit("Mul", [inner.value, emit("Mul", [inner.constant, outer.constant])]);
      return sum ? emit("Add", [product, emit("Mul", [sum.constant, outer.constant])]) : product;
    },
    absorbed,
  );
});

/** (x · a)ⁿ · b = xⁿ · aⁿ · b for a whole n, so that the factors meet. */
export const moveScaleBehindPower = rule("move-scale-behind-power", ["Pow"], (node, context, { replace }) => {
  const [base, exponent] = node.inputs as [Value, Value];
  const [power, ...others] = exponent.constant ? toFloat64(exponent.constant.read()) : [];
  if (others.length > 0 || power === undefined || !Number.isInteger(power) || power < 1)
    return miss("the exponent is not one whole number");
  const scaled = productBefore(base, node, context);
  if (isMiss(scaled)) return scaled;
  const users = context.users(node.outputs[0]!);
  if (users.length !== 1 || users[0]!.op !== "Mul" || !withConstant(users[0]!)) return miss("no factor follows");
  return replace(
    node,
    (emit) => emit("Mul", [emit("Pow", [scaled.value, exponent]), emit("Pow", [scaled.constant, exponent])]),
    [scaled.node],
  );
});
