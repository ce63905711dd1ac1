import { CompileError, formatType, isCompileError, nearestNames, type ValueType } from "@yolo-compile/core";
import type { Node, Origin, Value } from "../graph.js";
import { createNodeByName, type NamedNodeRequest } from "../node.js";
import { isKnownOp, OPS } from "../ops/index.js";
import type { Attribute, AttributeKind, Attributes, OpSchema } from "../schema.js";
import type { Cursor } from "./cursor.js";
import { readFloat, readInteger } from "./numbers.js";
import { readName } from "./spelling.js";
import { readDType, readSize, readType } from "./types.js";

const WORD = /[a-z]\w*/iy;
const SYMBOL = /[a-z_]\w*/iy;

/** Each kind of attribute in text. */
const ATTRIBUTES: Readonly<Record<AttributeKind, (cursor: Cursor) => Attribute>> = {
  int: readInteger,
  float: (cursor) => readFloat(cursor, "f32"),
  string: (cursor) => cursor.takeString("a string"),
  dtype: readDType,
  ints: (cursor) => readList(cursor, () => readInteger(cursor)),
  floats: (cursor) => readList(cursor, () => readFloat(cursor, "f32")),
  sizes: (cursor) => readList(cursor, () => readSize(cursor)),
  symbol: (cursor) => cursor.take(SYMBOL, "the name of a symbol"),
};

function readList<Item>(cursor: Cursor, item: () => Item): Item[] {
  cursor.takeMark("[");
  return cursor.list("]", item);
}

/** A node from its op on; its outputs get `hints`. @throws ir/syntax, and as {@link createNodeByName} with the place */
export function readNode(cursor: Cursor, hints: readonly string[], readInput: () => Value | undefined): Node {
  const start = cursor.position;
  const op = cursor.take(WORD, "an op or an element type");
  if (!isKnownOp(op)) throw cursor.error(`an op${didYouMean(op, Object.keys(OPS))}`, start);
  cursor.takeMark("(");
  const inputs = cursor.list(")", readInput);
  const attributes = cursor.acceptMark("{") ? readAttributes(cursor, op, OPS[op]) : {};
  const typesAt = cursor.position;
  const types = cursor.acceptMark(":") ? readTypes(cursor) : undefined;
  const origin = cursor.acceptMark("@") ? readOrigin(cursor) : { path: "", rules: [] };
  const node = located(cursor, start, { op, inputs, attributes, origin, hints });
  if (node.outputs.length !== hints.length)
    throw cursor.error(`${node.outputs.length} values left of ${op}`, start, `${hints.length}`);
  const inferred = formatTypes(node.outputs.map(({ type }) => type));
  if (types && formatTypes(types) !== inferred)
    throw cursor.error(`${inferred}, as inferred`, typesAt, formatTypes(types));
  return node;
}

function readTypes(cursor: Cursor): readonly ValueType[] {
  const types = [readType(cursor)];
  while (cursor.acceptMark(",")) types.push(readType(cursor));
  return types;
}

const formatTypes = (types: readonly ValueType[]): string => types.map(formatType).join(", ");

function readAttributes(cursor: Cursor, op: string, schema: OpSchema): Attributes {
  const attributes: Record<string, Attribute> = {};
  cursor.list("}", () => {
    const start = cursor.position;
    const name = cursor.take(WORD, `an attribute of ${op}`);
    const known = Object.keys(schema.attributes);
    if (!known.includes(name)) throw cursor.error(`an attribute of ${op}${didYouMean(name, known)}`, start);
    if (Object.hasOwn(attributes, name)) throw cursor.error("each attribute once", start);
    cursor.takeMark("=");
    attributes[name] = ATTRIBUTES[schema.attributes[name]!.kind](cursor);
  });
  return attributes;
}

function readOrigin(cursor: Cursor): Origin {
  const path = readName(cursor, "the path of an origin");
  return { path, rules: cursor.acceptMark("[") ? cursor.list("]", () => readName(cursor, "a rule")) : [] };
}

function located(cursor: Cursor, position: number, request: NamedNodeRequest): Node {
  try {
    return createNodeByName(request);
  } catch (error) {
    throw isCompileError(error) ? new CompileError({ ...error.diagnostic, where: cursor.where(position) }) : error;
  }
}

function didYouMean(name: string, known: readonly string[]): string {
  const near = nearestNames(name, known);
  return near.length > 0 ? ` - did you mean ${near.join(", ")}?` : "";
}
