import { areFixed, formatType, sameType, symbolsOf } from "@yolo-compile/core";
import { completeAttributes, sameAttributes } from "./attributes.js";
import { invalidGraph } from "./diagnostics.js";
import type { Graph, Node, Value } from "./graph.js";
import { checkInputs, inferTypes } from "./node.js";
import { schemaOf } from "./ops/index.js";
import type { Attribute } from "./schema.js";

/**
 * Proves that a graph is well formed: topological order, one producer a value, schemas kept, every type the inferred one,
 * every symbol from one place, output names unique.
 * @throws ir/invalid and what {@link inferTypes} throws
 */
export function verifyGraph(graph: Graph): void {
  const defined = new Set<Value>();
  const define = (value: Value, where: string): void => {
    if (defined.has(value)) throw invalidGraph(graph.name, `%${value.hint} is defined twice`, where);
    if (value.constant) throw invalidGraph(graph.name, `the constant %${value.hint} has a producer`, where);
    defined.add(value);
  };
  for (const input of graph.inputs) define(input, "inputs");
  const symbols = new Set(graph.inputs.flatMap(symbolsIn));
  for (const node of graph.nodes) {
    const where = node.origin.path || node.op;
    for (const input of node.inputs) if (input) checkUse(graph, defined, input, where);
    checkNode(graph, node, where);
    checkSymbols(graph, node, symbols, where);
    for (const output of node.outputs) define(output, where);
  }
  for (const { name, value } of graph.outputs) checkUse(graph, defined, value, `output ${name}`);
  const names = graph.outputs.map(({ name }) => name);
  if (new Set(names).size !== names.length) throw invalidGraph(graph.name, `output names repeat: ${names.join(", ")}`);
}

const symbolsIn = ({ type }: Value): readonly string[] => (areFixed(type.shape) ? [] : type.shape.flatMap(symbolsOf));

/** Adds the symbols that the node introduces to the known ones, and checks that its types have no others. */
function checkSymbols(graph: Graph, node: Node, known: Set<string>, where: string): void {
  const schema = schemaOf(node.op);
  for (const [name, symbol] of Object.entries<Attribute>(node.attributes)) {
    if (schema.attributes[name]?.kind !== "symbol" || typeof symbol !== "string") continue;
    if (known.has(symbol)) throw invalidGraph(graph.name, `the symbol ${symbol} is named twice`, where);
    known.add(symbol);
  }
  const stray = node.outputs.flatMap(symbolsIn).find((symbol) => !known.has(symbol));
  if (stray !== undefined) throw invalidGraph(graph.name, `the symbol ${stray} comes from nowhere`, where);
}

function checkUse(graph: Graph, defined: ReadonlySet<Value>, value: Value, where: string): void {
  if (!value.constant && !defined.has(value))
    throw invalidGraph(graph.name, `%${value.hint} is used before it is defined`, where);
  if (value.constant && !sameType(value.type, value.constant))
    throw invalidGraph(graph.name, `the constant %${value.hint} is not of its own type`, where);
}

function checkNode(graph: Graph, node: Node, where: string): void {
  const schema = schemaOf(node.op);
  checkInputs(node.op, schema, node.inputs);
  if (!sameAttributes(node.attributes, completeAttributes(node.op, schema, node.attributes)))
    throw invalidGraph(graph.name, `${node.op} has incomplete attributes`, where);
  const types = inferTypes(node);
  const expected = types.map(formatType).join(", ");
  const found = node.outputs.map((output) => formatType(output.type)).join(", ");
  if (expected !== found) throw invalidGraph(graph.name, `${node.op} is typed ${found}, inferred ${expected}`, where);
}
