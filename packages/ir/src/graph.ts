import { areFixed, isFixed, type LazyTensor, type Tensor, type TensorType, type ValueType } from "@yolo-compile/core";
import { openSize } from "./diagnostics.js";
import type { AttributesOf, OpName } from "./ops/index.js";

/**
 * A tensor that flows through a graph, identified by the object itself. Its printed name is made from `hint`; unique names
 * are given when printing or exporting.
 */
export interface Value {
  readonly type: ValueType;
  readonly hint: string;
  /** Set for constants, which are values without a producing node. */
  readonly constant?: LazyTensor;
}

/** The origin of a node: the module that made it and the rewrites it went through, in order. */
export interface Origin {
  /** `model.17.m.0.cv1.conv` */
  readonly path: string;
  readonly rules: readonly string[];
}

/** {@link Node} of one op. */
export interface NodeOf<Op extends OpName> {
  readonly op: Op;
  /** `undefined` is an optional input that is left out. */
  readonly inputs: readonly (Value | undefined)[];
  /** Complete: an attribute that the source left out has the schema's default. */
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
  /** Entries that the exported model carries too: stride, names, … */
  readonly metadata: ReadonlyMap<string, string>;
}

/** Whether an input has a size with symbols. */
export const hasOpenSizes = ({ inputs }: Pick<Graph, "inputs">): boolean =>
  inputs.some(({ type }) => !areFixed(type.shape));

/** The sizes of a value whose type must be that of a tensor. @throws ir/open-size if one has a symbol */
export function fixedShape({ type, hint }: Value): readonly number[] {
  const { shape } = type;
  if (areFixed(shape)) return shape;
  throw openSize(
    hint,
    shape.findIndex((size) => !isFixed(size)),
    type,
  );
}

/** One of the sizes of a value, which must be an integer; `axis` may count from the end. @throws ir/open-size if it is none */
export function fixedSize({ type, hint }: Value, axis: number): number {
  const size = type.shape.at(axis)!;
  if (isFixed(size)) return size;
  throw openSize(hint, axis < 0 ? axis + type.shape.length : axis, type);
}

/** The type of a value as that of a tensor. @throws ir/open-size if a size has a symbol */
export const fixedType = (value: Value): TensorType => ({ dtype: value.type.dtype, shape: fixedShape(value) });

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

interface Uses extends Pick<Graph, "outputs"> {
  readonly nodes: readonly Pick<Node, "inputs">[];
}

/** All constants that the nodes and outputs use, each once, in order of first use. */
export function constantsOf(graph: Uses): Value[] {
  const found = new Set<Value>();
  for (const value of usedValues(graph)) if (value.constant) found.add(value);
  return [...found];
}

function* usedValues(graph: Uses): Iterable<Value> {
  for (const node of graph.nodes) for (const input of node.inputs) if (input) yield input;
  for (const output of graph.outputs) yield output.value;
}

/** The values that nodes make, each with its node. */
export const makersOf = ({ nodes }: Pick<Graph, "nodes">): ReadonlyMap<Value, Node> =>
  new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));

/** The number of nodes of each op, most frequent first. */
export function opCensus(graph: Graph): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { op } of graph.nodes) counts.set(op, (counts.get(op) ?? 0) + 1);
  return new Map([...counts].sort(([opA, a], [opB, b]) => b - a || (opA < opB ? -1 : 1)));
}
