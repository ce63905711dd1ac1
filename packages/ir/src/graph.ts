import type { LazyTensor, Tensor, TensorType } from "@yolo-compile/core";
import type { AttributesOf, OpName } from "./ops/index.js";

/**
 * A tensor that flows through a graph, identified by the object itself. `hint` is where its printed name comes from;
 * unique names are given when printing or exporting.
 */
export interface Value {
  readonly type: TensorType;
  readonly hint: string;
  /** Set for constants, which are values without a producing node. */
  readonly constant?: LazyTensor;
}

/** Where a node comes from: the module that made it and the rewrites it went through, in order. */
export interface Origin {
  /** `model.17.m.0.cv1.conv` */
  readonly path: string;
  readonly rules: readonly string[];
}

/** What {@link Node} is for one op. */
export interface NodeOf<Op extends OpName> {
  readonly op: Op;
  /** `undefined` is an optional input that is left out. */
  readonly inputs: readonly (Value | undefined)[];
  /** Complete: what the source left out stands here with the schema's default. */
  readonly attributes: AttributesOf<Op>;
  readonly outputs: readonly Value[];
  readonly origin: Origin;
}

/**
 * One operator applied. Immutable: a changed node is another node with the same outputs. Of one op, `Node<"Conv">`, or of any:
 * then `op` tells which attributes there are.
 */
export type Node<Op extends OpName = OpName> = Op extends OpName ? NodeOf<Op> : never;

/** A value that the graph returns, and its name in the exported model. */
export interface GraphOutput {
  readonly name: string;
  readonly value: Value;
}

/** A computation, immutable. `nodes` are in topological order. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly Value[];
  readonly nodes: readonly Node[];
  readonly outputs: readonly GraphOutput[];
  /** Travels into the exported model: stride, names, … */
  readonly metadata: ReadonlyMap<string, string>;
}

/** A value that holds `tensor`. */
export const constantValue = (tensor: Tensor, hint: string): Value => ({
  type: { dtype: tensor.dtype, shape: tensor.shape },
  hint,
  constant: { dtype: tensor.dtype, shape: tensor.shape, read: () => tensor },
});

/** A value that reads its tensor when asked. */
export const lazyConstant = (tensor: LazyTensor, hint: string): Value => ({
  type: { dtype: tensor.dtype, shape: tensor.shape },
  hint,
  constant: tensor,
});

/** All constants that the nodes and outputs use, each once, in order of first use. */
export function constantsOf(graph: Graph): Value[] {
  const found = new Set<Value>();
  for (const value of usedValues(graph)) if (value.constant) found.add(value);
  return [...found];
}

function* usedValues(graph: Graph): Iterable<Value> {
  for (const node of graph.nodes) for (const input of node.inputs) if (input) yield input;
  for (const output of graph.outputs) yield output.value;
}

/** How often each op occurs, most frequent first. */
export function opCensus(graph: Graph): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { op } of graph.nodes) counts.set(op, (counts.get(op) ?? 0) + 1);
  return new Map([...counts].sort(([opA, a], [opB, b]) => b - a || (opA < opB ? -1 : 1)));
}
