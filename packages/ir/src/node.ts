import type { Tensor, TensorType } from "@yolo-compile/core";
import { completeAttributes } from "./attributes.js";
import { inputCount, inputMissing } from "./diagnostics.js";
import type { Attributes, Node, Origin, Value } from "./graph.js";
import { schemaOf } from "./ops/index.js";
import type { OpContext, OpSchema } from "./schema.js";

/** The view of a node that `infer` and `fold` work on. Constants are read at most once each. */
export function opContext(node: Pick<Node, "op" | "attributes" | "inputs">): OpContext {
  const read = new Map<number, Tensor | undefined>();
  return {
    op: node.op,
    attributes: node.attributes,
    inputs: node.inputs.map((input) => input?.type),
    constant: (index) => {
      if (!read.has(index)) read.set(index, node.inputs[index]?.constant?.read());
      return read.get(index);
    },
  };
}

/** The types of a node's outputs. @throws ir/type */
export const inferTypes = (node: Pick<Node, "op" | "attributes" | "inputs">): readonly TensorType[] =>
  schemaOf(node.op).infer(opContext(node));

/** @throws ir/inputs if there are too few or too many, or one is left out that the op needs */
export function checkInputs(op: string, { inputs: [fewest, most] }: OpSchema, inputs: Node["inputs"]): void {
  if (inputs.length < fewest || inputs.length > most) throw inputCount(op, inputs.length, [fewest, most]);
  const missing = inputs.slice(0, fewest).findIndex((input) => !input);
  if (missing >= 0) throw inputMissing(op, missing);
}

/** What {@link createNode} makes a node from; the types of the outputs are inferred. */
export interface NodeRequest {
  readonly op: string;
  readonly inputs: readonly (Value | undefined)[];
  /** Those that differ from the defaults. */
  readonly attributes?: Attributes;
  readonly origin: Origin;
  /** Hints of the outputs; by default the origin's path and the op. */
  readonly hints?: readonly string[];
}

/** A new node with new outputs, checked and typed. @throws ir/op, ir/inputs, ir/attribute, ir/type */
export function createNode({ op, inputs, attributes = {}, origin, hints = [] }: NodeRequest): Node {
  const schema = schemaOf(op);
  checkInputs(op, schema, inputs);
  const shell = { op, inputs, attributes: completeAttributes(op, schema, attributes) };
  const types = schema.infer(opContext(shell));
  const hint = origin.path ? `${origin.path}/${op}` : op;
  return { ...shell, origin, outputs: types.map((type, index) => ({ type, hint: hints[index] ?? hint })) };
}
