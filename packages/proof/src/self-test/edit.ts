import { fromNumbers, sameType, type Tensor, toFloat64 } from "@yolo-compile/core";
import {
  type Attributes,
  completeAttributes,
  constantValue,
  createNode,
  type GivenAttributesOf,
  type Graph,
  type Node,
  type OpName,
  sameAttributes,
  schemaOf,
  type Value,
} from "@yolo-compile/ir";
import type { Mutation } from "./mutation.js";

/** The fields of an edited node that replace the old ones; the outputs stay. */
export type NodeChange<Op extends OpName> = Adjusted<Op> | { [Name in OpName]: Exchanged<Name> }[OpName];

interface Adjusted<Op extends OpName> {
  readonly op?: never;
  readonly inputs?: Node["inputs"];
  /** Those that differ from the node's. */
  readonly attributes?: Partial<GivenAttributesOf<Op>>;
}

interface Exchanged<Op extends OpName> {
  readonly op: Op;
  readonly inputs?: Node["inputs"];
  /** Those that differ from the defaults. */
  readonly attributes?: GivenAttributesOf<Op>;
}

/** The node with other inputs, attributes or another op. @throws ir/attribute */
export function changeNode<Op extends OpName>(node: Node<Op>, { op, inputs, attributes }: NodeChange<Op>): Node {
  const before = node as Node;
  const given: Attributes = op ? { ...attributes } : { ...before.attributes, ...attributes };
  const next = op ?? node.op;
  const complete = completeAttributes(next, schemaOf(next), given);
  return { ...before, op: next, inputs: inputs ?? node.inputs, attributes: complete } as Node; // complete for the op
}

/** A further node for a mutation, with the origin of the changed one. */
export const besideNode = <Op extends OpName>(
  node: Node,
  op: Op,
  inputs: readonly Value[],
  attributes?: GivenAttributesOf<Op>,
): Node<Op> => createNode({ op, inputs, attributes, origin: node.origin });

/** The list with another item at `index`. */
export const replaceAt = <T>(items: readonly T[], index: number, item: T): T[] =>
  items.map((old, at) => (at === index ? item : old));

/** The mutation that changes one node. */
export const change = <Op extends OpName>(node: Node<Op>, text: string, what: NodeChange<Op>): Mutation => ({
  change: text,
  edits: new Map([[node, [changeNode(node, what)]]]),
});

/** The mutation that changes one constant input. `edit` may work in place. */
export const changeConstant = (
  node: Node,
  index: number,
  text: string,
  edit: (numbers: Float64Array, tensor: Tensor) => Float64Array,
): Mutation => change(node, text, { inputs: replaceAt(node.inputs, index, editedConstant(node.inputs[index]!, edit)) });

/** A new constant of the same type; `edit` gets all elements, row-major, and may work in place. */
function editedConstant(value: Value, edit: (numbers: Float64Array, tensor: Tensor) => Float64Array): Value {
  const tensor = value.constant!.read();
  const { dtype, shape } = tensor;
  return constantValue({ dtype, shape, data: fromNumbers(dtype, edit(toFloat64(tensor), tensor)) }, value.hint);
}

/** The graph with nodes in place of others. */
export const applyEdits = (graph: Graph, edits: Mutation["edits"]): Graph => ({
  ...graph,
  nodes: graph.nodes.flatMap((node) => edits.get(node) ?? [node]),
});

/** Whether every edit only replaces constants by equal ones, so that the graph computes the same. */
export const changesNothing = ({ edits }: Mutation): boolean =>
  [...edits].every(([before, after]) => after.length === 1 && sameNode(before, after[0]!));

const sameNode = (a: Node, b: Node): boolean =>
  a.op === b.op &&
  sameAttributes(a.attributes, b.attributes) &&
  a.inputs.length === b.inputs.length &&
  a.inputs.every((input, index) => sameInput(input, b.inputs[index])) &&
  a.outputs.every((output, index) => output === b.outputs[index]);

/** Whether two inputs hold equal numbers; 0 and -0 are equal. */
function sameInput(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (!a?.constant || !b?.constant || !sameType(a.type, b.type)) return false;
  const [left, right] = [a.constant.read().data, b.constant.read().data];
  return left.every((element, index) => element === right[index]);
}
