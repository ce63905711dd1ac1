import { formatType, isFixed, type Size } from "@yolo-compile/core";
import { sameAttribute } from "../attributes.js";
import { constantsOf, type Graph, type Node, type Origin, type Value } from "../graph.js";
import { nameValues } from "../names.js";
import { isKnownOp, OPS } from "../ops/index.js";
import type { Attribute, AttributeKind, OpSchema } from "../schema.js";
import { spellFloat } from "./numbers.js";
import { type ConstantStyle, printConstant } from "./print-constant.js";
import { spellName, spellValue } from "./spelling.js";

/** Options of {@link printGraph}. */
export interface PrintOptions {
  /** The form of constants of more than 16 elements; `elided` by default, a CRC-32. */
  readonly constants?: ConstantStyle;
}

type NameOf = (value: Value | undefined) => string;

/**
 * The graph as text:
 * ```
 * graph name(%x: f32[1,3,8,8]) {
 *   meta "stride" = "32"
 *   %w = f32[4,3,3,3] elided 1a2b3c4d
 *   %y = Conv(%x, %w, _) {strides=[2, 2]} : f32[1,4,4,4] @ model.0.conv [fold-batch-norm]
 *   return output0 = %y
 * }
 * ```
 * `_` is an input that is left out; attributes that have their default are not written; `@` gives the origin's path, then
 * its rules. Constants are `{1, 2}`, `splat 0.5`, `base64 "…"` (little-endian) or `elided CRC`; a nan in
 * digits loses its payload.
 */
export function printGraph(graph: Graph, { constants = "elided" }: PrintOptions = {}): string {
  const names = nameValues(graph);
  // A value that nothing defines has no name; a broken graph is printed all the same.
  const nameOf: NameOf = (value) => (value ? spellValue(names.get(value) ?? `?${value.hint}`) : "_");
  const inputs = graph.inputs.map((input) => `${nameOf(input)}: ${formatType(input.type)}`);
  const lines = [
    ...[...graph.metadata].map(([key, text]) => `meta ${JSON.stringify(key)} = ${JSON.stringify(text)}`),
    ...constantsOf(graph).map((value) => `${nameOf(value)} = ${printConstant(value.constant!, constants)}`),
    ...graph.nodes.map((node) => printNode(node, nameOf)),
    printOutputs(graph, nameOf),
  ];
  return [`graph ${spellName(graph.name)}(${inputs.join(", ")}) {`, ...lines.map((line) => `  ${line}`), "}"].join(
    "\n",
  );
}

function printOutputs({ outputs }: Graph, nameOf: NameOf): string {
  const printed = outputs.map(({ name, value }) => {
    const spelled = nameOf(value);
    return spelled === spellValue(name) ? spelled : `${spellName(name)} = ${spelled}`;
  });
  return ["return", printed.join(", ")].join(" ").trimEnd();
}

function printNode(node: Node, nameOf: NameOf): string {
  const outputs = node.outputs.map(nameOf).join(", ");
  const inputs = node.inputs.map(nameOf).join(", ");
  const types = node.outputs.map(({ type }) => formatType(type)).join(", ");
  return `${outputs} = ${node.op}(${inputs})${printAttributes(node)} : ${types}${printOrigin(node.origin)}`;
}

function printAttributes({ op, attributes }: Node): string {
  const schema: OpSchema | undefined = isKnownOp(op) ? OPS[op] : undefined;
  const printed = Object.entries(attributes).flatMap(([name, value]) => {
    const declared = schema?.attributes[name];
    if (declared && sameAttribute(value, rounded(declared.default, declared.kind))) return [];
    return [`${name}=${printAttribute(value, declared?.kind)}`];
  });
  return printed.length > 0 ? ` {${printed.join(", ")}}` : "";
}

const rounded = (value: Attribute | undefined, kind: AttributeKind): Attribute | undefined =>
  kind === "float" && typeof value === "number" ? Math.fround(value) : value;

function printAttribute(value: Attribute, kind: AttributeKind | undefined): string {
  if (typeof value === "object") return `[${value.map((item) => printItem(item, kind)).join(", ")}]`;
  if (typeof value === "number") return kind === "float" ? spellFloat(value, "f32") : String(value);
  return kind === "dtype" || kind === "symbol" ? value : JSON.stringify(value);
}

const printItem = (item: Size, kind: AttributeKind | undefined): string =>
  kind === "floats" && isFixed(item) ? spellFloat(item, "f32") : String(item);

function printOrigin({ path, rules }: Origin): string {
  if (path === "" && rules.length === 0) return "";
  return ` @ ${spellName(path)}${rules.length > 0 ? ` [${rules.map(spellName).join(", ")}]` : ""}`;
}
