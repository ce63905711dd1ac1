import { toNumbers } from "@yolo-compile/core";
import {
  type Attribute,
  type AttributeKind,
  fixedShape,
  isKnownOp,
  OPS,
  type OpName,
  type OpSchema,
  type Value,
} from "@yolo-compile/ir";
import { computedAttribute, undefinedValue } from "./diagnostics.js";
import { LOWERINGS } from "./lower.js";
import type { OnnxNode } from "./operands.js";
import { DATA_TYPES, type messages, onnx, utf8Bytes } from "./proto.js";

const { FLOAT, INT, INTS, STRING } = onnx.AttributeProto.AttributeType;

type AttributeWriter = (name: string, value: never) => messages.IAttributeProto;

const writeInts = (name: string, ints: readonly number[]): messages.IAttributeProto => ({
  name,
  type: INTS,
  ints: [...ints],
});

const WRITERS = {
  int: (name, i: number) => ({ name, type: INT, i }),
  float: (name, f: number) => ({ name, type: FLOAT, f }),
  string: (name, text: string) => ({ name, type: STRING, s: utf8Bytes(text) }),
  ints: writeInts,
  dtype: (name, dtype: keyof typeof DATA_TYPES) => ({ name, type: INT, i: DATA_TYPES[dtype] }),
} as const satisfies Partial<Record<AttributeKind, AttributeWriter>>;

function writeAttribute(kind: AttributeKind, name: string, value: Attribute): messages.IAttributeProto {
  const write: AttributeWriter = WRITERS[kind as keyof typeof WRITERS]; // attributes of the other kinds have become inputs
  return write(name, value as never); // The schema's kind, which the verifier checks, says which it is.
}

/** Ops with an attribute kernel_shape in ONNX, which the IR takes from the weight. */
const WINDOW_OF_WEIGHT: ReadonlySet<string> = new Set<OpName>(["Conv", "ConvTranspose"]);

/** A node in the form in which an opset spells it. */
export interface SpelledNode {
  readonly node: OnnxNode;
  /** Those that are not attributes in the opset. */
  readonly inputs: readonly (Value | undefined)[];
  readonly attributes: readonly messages.IAttributeProto[];
}

/** A node with its constant input as an attribute where `opset` is older than that input. @throws onnx/opset */
export function spellNode(node: OnnxNode, opset: number): SpelledNode {
  const schema: OpSchema | undefined = isKnownOp(node.op) ? OPS[node.op] : undefined;
  const attributes = Object.entries(node.attributes).map(
    ([name, value]) => writeAttribute(schema?.attributes[name]?.kind ?? "int", name, value), // nodes that compute sizes have integers only
  );
  if (WINDOW_OF_WEIGHT.has(node.op)) attributes.push(writeInts("kernel_shape", windowOf(node)));
  const older = isKnownOp(node.op) ? LOWERINGS[node.op]?.input1 : undefined;
  const [x, list] = node.inputs;
  if (!older || opset >= older.since || !list) return { node, inputs: node.inputs, attributes };
  if (!list.constant) throw computedAttribute(node.op, older.attribute, opset, older.since, node.origin.path);
  attributes.push(writeInts(older.attribute, toNumbers(list.constant.read())));
  return { node, inputs: [x], attributes };
}

const windowOf = ({ inputs }: OnnxNode): readonly number[] => fixedShape(inputs[1]!).slice(2);

/** @throws onnx/graph for a value without a name */
export function writeNode(
  { node, inputs, attributes }: SpelledNode,
  name: string,
  names: ReadonlyMap<Value, string>,
): messages.INodeProto {
  const nameOf = (value: Value): string => {
    const found = names.get(value);
    if (found === undefined) throw undefinedValue(value.hint, node.origin.path);
    return found;
  };
  const given = inputs.length - [...inputs].reverse().findIndex((input) => input !== undefined);
  return {
    name,
    opType: node.op,
    input: inputs.slice(0, given).map((input) => (input ? nameOf(input) : "")),
    output: node.outputs.map(nameOf),
    attribute: [...attributes].sort((a, b) => (a.name! < b.name! ? -1 : 1)),
  };
}
