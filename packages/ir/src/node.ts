import { areFixed, type Tensor, type TensorType, type ValueType } from "@yolo-compile/core";
import { completeAttributes } from "./attributes.js";
import { inputCount, inputMissing } from "./diagnostics.js";
import type { Node, Origin, Value } from "./graph.js";
import { type GivenAttributesOf, type OpName, schemaOf } from "./ops/index.js";
import type { Attributes, OpContext, OpSchema } from "./schema.js";

/** A node before it is typed. */
interface Untyped {
  readonly op: string;
  readonly inputs: Node["inputs"];
  readonly attributes: Attributes;
}

/** The view of a node that `infer` and `fold` work on. */
export const opContext = ({ op, attributes, inputs }: Untyped): OpContext => ({
  op,
  attributes,
  inputs: inputs.map((input) => input?.type),
});

/** The types of a node's outputs. @throws ir/type */
export const inferTypes = (node: Untyped): readonly ValueType[] => schemaOf(node.op).infer(opContext(node));

/** A node's outputs from its inputs; undefined if its op does not fold or a size has symbols. @throws ir/type */
export function foldNode(node: Node, inputs: readonly (Tensor | undefined)[]): readonly Tensor[] | undefined {
  const schema = schemaOf(node.op);
  const types = node.outputs.map(({ type }) => type);
  const lists = Object.values(node.attributes).filter((value) => typeof value === "object");
  if (!schema.fold || !types.every(isTensorType) || !lists.every(areFixed)) return undefined;
  return schema.fold(opContext(node), inputs, types);
}

const isTensorType = (type: ValueType): type is TensorType => areFixed(type.shape);

/** @throws ir/inputs if there are too few or too many, or one is left out that the op needs */
export function checkInputs(op: string, { inputs: [fewest, most] }: OpSchema, inputs: Node["inputs"]): void {
  if (inputs.length < fewest || inputs.length > most) throw inputCount(op, inputs.length, [fewest, most]);
  const missing = inputs.slice(0, fewest).findIndex((input) => !input);
  if (missing >= 0) throw inputMissing(op, missing);
}

/** The arguments of {@link createNode}; the types of the outputs are inferred. */
export interface NodeRequest<Op extends OpName> {
  readonly op: Op;
  readonly inputs: Node["inputs"];
  /** Those without a default, and those that differ from it. */
  readonly attributes?: GivenAttributesOf<Op> | undefined;
  readonly origin: Origin;
  /** Hints of the outputs; by default the origin's path and the op. */
  readonly hints?: readonly string[];
}

/** A new node with new outputs, checked and typed. @throws ir/inputs, ir/attribute, ir/type */
export const createNode = <Op extends OpName>(request: NodeRequest<Op>): Node<Op> =>
  createNodeByName(request) as Node<Op>; // of the op that is asked for

/** The arguments of {@link createNodeByName}. */
export interface NamedNodeRequest extends Omit<NodeRequest<OpName>, "op" | "attributes"> {
  readonly op: string;
  readonly attributes?: Attributes | undefined;
}

/**
 * A node from names that nobody has checked yet, those of a text or a file; for names written in code there is
 * {@link createNode}.
 * @throws ir/op, ir/inputs, ir/attribute, ir/type
 */
export function createNodeByName({ op, inputs, attributes = {}, origin, hints = [] }: NamedNodeRequest): Node {
  const schema = schemaOf(op);
  checkInputs(op, schema, inputs);
  const shell = { op, inputs, attributes: completeAttributes(op, schema, attributes) };
  const types = schema.infer(opContext(shell));
  const hint = origin.path ? `${origin.path}/${op}` : op;
  const outputs = types.map((type, index): Value => ({ type, hint: hints[index] ?? hint }));
  return { ...shell, origin, outputs } as Node; // schemaOf and completeAttributes have checked the op and its attributes
}
