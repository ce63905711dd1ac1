import { elementCount, isFixed, sameShape, toFloat64 } from "@yolo-compile/core";
import type { Node, OpName, Value } from "@yolo-compile/ir";
import { areConstant, isMiss, type Miss, miss, type RuleContext } from "../rule.js";
import { type Affine, affineOf } from "./affine.js";

/** One term of a sum over a map: a convolution of `x`, or `x` itself where there is none, then an affine map. */
export interface LinearTerm {
  readonly x: Value;
  readonly conv?: Node<"Conv">;
  readonly affine: Affine;
}

/** A map as a sum of terms, and the nodes that compute it: those for nobody else. */
export interface LinearSum {
  readonly terms: readonly LinearTerm[];
  readonly nodes: readonly Node[];
}

/** Ops of which sums of linear terms consist; each may also have a constant operand, one number a channel. */
export const SUMMING = ["Add", "Sub", "Mul", "BatchNormalization"] as const satisfies readonly OpName[];

/** The most nodes of a sum: blocks of networks have about twenty, and a long chain is walked from each of its nodes. */
const MOST_NODES = 100;

/** Whether the node is of one of {@link SUMMING}. */
export const isSumming = (node: Node): boolean => SUMMING.some((op) => op === node.op);

/** An operand of a summing node, and what the node does to it. */
interface Operand {
  readonly value: Value;
  readonly affine: Affine;
}

/** `node` as a sum of linear terms. A value that others use as well is a term by itself: their common input. */
export function linearSum(node: Node, context: RuleContext): LinearSum | Miss {
  const [, channels, ...map] = node.outputs[0]!.type.shape;
  if (map.length !== 2 || !isFixed(channels!)) return miss("the sum is not one of maps");
  const walk = new Walk(context);
  const missed = walk.node(node, constantAffine(channels, 1, 0));
  return missed ?? { terms: walk.terms, nodes: [...walk.nodes] };
}

class Walk {
  readonly terms: LinearTerm[] = [];
  readonly nodes = new Set<Node>();

  /** Values that more than one node takes, or the graph returns; asked once of each. */
  readonly #shared = new Map<Value, boolean>();

  constructor(readonly context: RuleContext) {}

  /** Takes `outer(node)` apart. The first operand alone has the shift of `outer`: it is there once. */
  node(node: Node, outer: Affine): Miss | undefined {
    const operands = operandsOf(node, outer.scale.length);
    if (isMiss(operands)) return operands;
    this.nodes.add(node);
    if (this.nodes.size > MOST_NODES) return miss(`the sum has more than ${MOST_NODES} nodes`);
    for (const [index, { value, affine }] of operands.entries()) {
      const around = index === 0 ? outer : { ...outer, shift: new Float64Array(outer.shift.length) };
      const missed = this.#operand(value, composed(around, affine));
      if (missed) return missed;
    }
    return undefined;
  }

  #isShared(value: Value): boolean {
    let shared = this.#shared.get(value);
    if (shared === undefined) {
      shared = this.context.isOutput(value) || this.context.users(value).length > 1;
      this.#shared.set(value, shared);
    }
    return shared;
  }

  #operand(value: Value, affine: Affine): Miss | undefined {
    const feeder = this.context.producer(value);
    if (!feeder || this.#isShared(value)) this.terms.push({ x: value, affine });
    else if (feeder.op === "Conv") {
      if (!areConstant(feeder, [1, 2])) return miss("the Conv's weights are computed");
      this.terms.push({ x: feeder.inputs[0]!, conv: feeder, affine });
      this.nodes.add(feeder);
    } else if (isSumming(feeder)) return this.node(feeder, affine);
    else this.terms.push({ x: value, affine });
    return undefined;
  }
}

function operandsOf(node: Node, channels: number): readonly Operand[] | Miss {
  const [a, b] = node.inputs as [Value, Value];
  if (node.op === "BatchNormalization") {
    const affine = affineOf(node);
    return affine ? [{ value: a, affine }] : miss("the statistics are computed");
  }
  const affine = (scale: number | Float64Array, shift: number | Float64Array): Affine =>
    constantAffine(channels, scale, shift);
  const whole = [a, b].filter((value) => !value.constant);
  if (!whole.every(({ type }) => sameShape(type.shape, node.outputs[0]!.type.shape)))
    return miss("the terms differ in shape");
  const constant = a.constant ? a : b;
  if (!constant.constant) {
    if (node.op === "Mul") return miss("the Mul is not by a constant");
    return [
      { value: a, affine: affine(1, 0) },
      { value: b, affine: affine(node.op === "Sub" ? -1 : 1, 0) },
    ];
  }
  const vector = channelVector(constant, channels);
  const [value] = whole;
  if (!value || !vector) return miss(`the ${node.op} is not by one number a channel`);
  if (node.op === "Mul") return [{ value, affine: affine(vector, 0) }];
  if (value === a) return [{ value, affine: affine(1, node.op === "Sub" ? vector.map((each) => -each) : vector) }];
  return [{ value, affine: affine(node.op === "Sub" ? -1 : 1, vector) }];
}

const constantAffine = (channels: number, scale: number | Float64Array, shift: number | Float64Array): Affine => ({
  scale: typeof scale === "number" ? new Float64Array(channels).fill(scale) : scale,
  shift: typeof shift === "number" ? new Float64Array(channels).fill(shift) : shift,
});

/** outer(inner(x)) */
const composed = (outer: Affine, inner: Affine): Affine => ({
  scale: outer.scale.map((each, channel) => each * inner.scale[channel]!),
  shift: outer.shift.map((each, channel) => each + outer.scale[channel]! * inner.shift[channel]!),
});

/** A constant that broadcasts over a map as one number a channel, [c,1,1], or as one for all. */
export function channelVector({ constant }: Value, channels: number): Float64Array | undefined {
  if (!constant) return undefined;
  const count = elementCount(constant.shape);
  if (count === 1) return new Float64Array(channels).fill(toFloat64(constant.read())[0]!);
  return count === channels && constant.shape.at(-3) === channels ? toFloat64(constant.read()) : undefined;
}
