import { formatType, isCompileError, type Tensor } from "@yolo-compile/core";
import { foldNode, type Graph, parseGraph } from "../index.js";
import { printConstant } from "../text/print-constant.js";

/** A graph of one node, from its inputs, constants and the node in the text form; its outputs are those of the node. */
export function oneNode(inputs: string, statements: string): Graph {
  const outputs = /(%[\w.]+(?:, %[\w.]+)*) = \w+\(/.exec(statements)?.[1] ?? "";
  return parseGraph(`graph t(${inputs}) {\n${statements}\nreturn ${outputs}\n}`);
}

/** A graph of one node in the text form, and the expected result; see {@link inferred} and {@link folded}. */
export interface Case {
  readonly inputs?: string;
  readonly node: string;
  readonly gives: string;
}

/** A node after the int64 vectors that it takes: `ints({ k: [1] }, "%y = …")`. */
export function ints(vectors: Readonly<Record<string, readonly number[]>>, node: string): string {
  const constants = Object.entries(vectors).map(
    ([name, list]) => `%${name} = i64[${list.length}] {${list.join(", ")}}`,
  );
  return [...constants, node].join("\n");
}

/** `y = op(x)` with a list of sizes or axes, for an x of the sizes `from`. */
export const shaped = (op: string, from: string, to: readonly (number | string)[], gives: string): Case => ({
  inputs: `%x: f32[${from}]`,
  node: `%y = ${op}(%x) {${op.endsWith("queeze") ? "axes" : "shape"}=[${to.join(", ")}]}`,
  gives,
});

/** `code: problem`, without the types of the inputs that messages about types start with. */
function problemOf(error: unknown): string {
  if (!isCompileError(error)) throw error;
  const { code, message } = error.diagnostic;
  return `${code}: ${message.replace(/^\w+\(.*?\): /, "")}`;
}

/** The inferred types, as `f32[1], f32[3]`, or the problem. */
export function inferred(inputs: string, statements: string): string {
  try {
    const [node] = oneNode(inputs, statements).nodes;
    return node!.outputs.map(({ type }) => formatType(type)).join(", ");
  } catch (error) {
    return problemOf(error);
  }
}

/** The folded outputs in the text form, or the problem. */
export function folded(statements: string): string {
  try {
    return foldNodes(oneNode("", statements))
      .map((tensor) => printConstant({ ...tensor, read: () => tensor }, "full"))
      .join(", ");
  } catch (error) {
    return problemOf(error);
  }
}

/** The outputs of a graph of one node over constants. */
export function foldNodes(graph: Graph): readonly Tensor[] {
  const node = graph.nodes[0]!;
  const inputs = node.inputs.map((input) => input?.constant?.read());
  const outputs = foldNode(node, inputs);
  if (!outputs) throw new Error(`${node.op} does not fold`);
  return outputs;
}
