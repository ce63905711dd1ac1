import { rowStrides, toFloat64 } from "@yolo-compile/core";
import { fixedType, type Node, type Value } from "@yolo-compile/ir";
import type { MutationOperator, Site } from "../mutation.js";

/** Numbers in row-major order. */
interface Numbers {
  readonly shape: readonly number[];
  readonly at: (index: number) => number;
}

/**
 * The mutation of an addition, which changes nothing where it adds the same to every key of an attention: q(k + b) is qk + qb, and
 * softmax over the keys does not see qb.
 */
export const onSum =
  (mutate: MutationOperator["mutate"]): MutationOperator["mutate"] =>
  (node, site) => {
    const mutation = mutate(node, site);
    if (!mutation || node.op !== "Add" || !isKeyBias(node, site)) return mutation;
    return { ...mutation, proof: "softmax does not see what all keys have in common" };
  };

function isKeyBias(node: Node, { nodes }: Site): boolean {
  const onlyUser = (value: Value): Node | undefined => {
    const users = nodes.filter(({ inputs }) => inputs.includes(value));
    return users.length === 1 ? users[0] : undefined;
  };
  const [sum] = node.outputs as readonly [Value];
  let [value, added] = [sum, spread(node, sum)];
  for (let user = onlyUser(value); added && user; user = onlyUser(value)) {
    if (user.op === "MatMul" && user.inputs[1] === value && user.inputs[0] !== value)
      return sameInRows(added) && feedsSoftmax(user, onlyUser);
    added = moved(user, added);
    value = user.outputs[0]!;
  }
  return false;
}

/** The numbers that an addition adds to each element; undefined unless they are one constant row. */
function spread({ inputs }: Node, sum: Value): Numbers | undefined {
  const constant = inputs.find((input) => input?.constant)?.constant;
  const { shape } = fixedType(sum);
  if (!constant || constant.shape.length > 1 || (constant.shape[0] ?? 1) !== shape.at(-1)) return undefined;
  const numbers = toFloat64(constant.read());
  return { shape, at: (index) => numbers[index % numbers.length]! };
}

/** The same numbers behind a node that moves elements; undefined behind any other. */
function moved(node: Node, { at }: Numbers): Numbers | undefined {
  const { shape } = fixedType(node.outputs[0]!);
  if (node.op === "Reshape") return { shape, at };
  if (node.op !== "Transpose") return undefined;
  const { perm } = node.attributes;
  const [from, to] = [rowStrides(fixedType(node.inputs[0]!).shape), rowStrides(shape)];
  const source = (index: number): number =>
    perm.reduce((sum, axis, place) => sum + (Math.floor(index / to[place]!) % shape[place]!) * from[axis]!, 0);
  return { shape, at: (index) => at(source(index)) };
}

const sameInRows = ({ shape, at }: Numbers): boolean => {
  const [count, row] = [shape.reduce((a, b) => a * b, 1), shape.at(-1)!];
  return Array.from({ length: count }, (_, index) => at(index) === at(index - (index % row))).every(Boolean);
};

/** Whether scores go into a softmax over the keys, perhaps scaled by one number. */
function feedsSoftmax(scores: Node, onlyUser: (value: Value) => Node | undefined): boolean {
  const [value] = scores.outputs as readonly [Value];
  const user = onlyUser(value);
  if (user?.op === "Softmax") {
    const rank = value.type.shape.length;
    return (user.attributes.axis + rank) % rank === rank - 1;
  }
  const scaled = (user?.op === "Mul" || user?.op === "Div") && user.inputs[0] === value;
  return scaled && user.inputs[1]?.constant?.shape.length === 0 && feedsSoftmax(user, onlyUser);
}
