import { isFixed, leastValue } from "@yolo-compile/core";
import { type Graph, makersOf, type Node, type OpName, traitsOf, type Value } from "@yolo-compile/ir";
import type { Ranges } from "./affine.js";
import { answerNodes, askedNodes, type KeptNode } from "./plan-half.js";

/**
 * The ops that runtimes have for integers of 8 bits: those that add up products with a constant weight, those that compute
 * element by element, and those that only move elements, whose output has the scale of their input.
 */
const ROLES = {
  Conv: "weighted",
  Sigmoid: "computes",
  Mul: "computes",
  Add: "computes",
  Concat: "moves",
  MaxPool: "moves",
  Resize: "moves",
} as const satisfies { readonly [Op in OpName]?: "weighted" | "computes" | "moves" };

/** How a node computes with integers. */
export type QuantizedRole = "weighted" | "computes" | "moves";

/** The role of a node among integers; undefined where it stays in float32. */
export function quantizedRole(node: Node): QuantizedRole | undefined {
  if (node.op === "Resize" && node.attributes.mode !== "nearest") return undefined;
  return (ROLES as { readonly [op: string]: QuantizedRole | undefined })[node.op];
}

/** What is known and wanted of a quantised graph. */
export interface QuantizePlanRequest {
  readonly ranges: Ranges;
  /** Ops, rows (`23`) and paths that stay in float32. */
  readonly keep?: readonly string[];
  /** Nodes that a budget of errors has no room for, with the reasons. */
  readonly beyond?: ReadonlyMap<Node, string>;
}

/** The nodes to quantise, and those that stay in float32 though they need not. */
export interface QuantizePlan {
  readonly nodes: ReadonlySet<Node>;
  readonly kept: readonly KeptNode[];
}

/**
 * Chooses what to quantise: every weighted sum, and what follows it without a break, but for the last sums and what stands
 * behind them, and for maps of more than an eighth of the image's sides, where few channels make integers slower than floats.
 * @throws passes/keep for a word of `keep` that names nothing
 */
export function planQuantized(
  graph: Graph,
  { ranges, keep = [], beyond = new Map() }: QuantizePlanRequest,
): QuantizePlan {
  const asked = keep.flatMap((word) => askedNodes(graph.nodes, word));
  const answers = new Set(answerNodes(graph).map(({ node }) => node));
  const last = lastSums(graph, answers);
  const makers = makersOf(graph);
  const nodes = new Set<Node>();
  const floats: KeptNode[] = [];
  const follows = (value: Value | undefined): boolean =>
    value !== undefined && !value.constant && nodes.has(makers.get(value)!);
  for (const node of graph.nodes) {
    const role = quantizedRole(node);
    if (!role || answers.has(node) || !hasRanges(node, ranges)) continue;
    const isWeighted = role === "weighted" && node.inputs[1]?.constant !== undefined;
    if (!isWeighted && (role === "weighted" || !node.inputs.every(follows))) continue;
    const over = beyond.get(node);
    const kept: KeptNode | undefined =
      asked.find((each) => each.node === node) ??
      reasonFor(node, graph, last) ??
      (over === undefined ? undefined : { node, cause: "budget", reason: over });
    if (kept) floats.push(kept);
    else nodes.add(node);
  }
  return { nodes, kept: floats };
}

const hasRanges = ({ inputs, outputs }: Node, ranges: Ranges): boolean =>
  [...inputs, ...outputs].every((value) => !value || value.constant !== undefined || ranges.has(value));

function reasonFor(node: Node, graph: Graph, last: ReadonlySet<Node>): KeptNode | undefined {
  if (last.has(node)) return { node, cause: "answer", reason: "its sums are the answer, decoded from all their bits" };
  if (isLarge(node, graph))
    return { node, cause: "large", reason: "a map of more than an eighth of the image's sides, faster in floats" };
  return undefined;
}

/** The sums of products that no other reads. */
function lastSums(graph: Graph, answers: ReadonlySet<Node>): ReadonlySet<Node> {
  const read = new Set<Value>();
  const last = new Set<Node>();
  for (const node of [...graph.nodes].reverse()) {
    if (answers.has(node)) continue;
    if (traitsOf(node).sums === "products" && !node.outputs.some((output) => read.has(output))) last.add(node);
    for (const input of node.inputs) if (input) read.add(input);
  }
  return last;
}

/** Maps of a stride below 8. */
const STRIDE = 8;

function isLarge({ outputs }: Node, { inputs }: Graph): boolean {
  const [image] = inputs;
  const sides = (value: Value | undefined) => (value?.type.shape.length === 4 ? value.type.shape.slice(2) : []);
  const [own, whole] = [sides(outputs[0]), sides(image)];
  return own.some((side, axis) => isFixed(side) && leastValue(whole[axis] ?? 0) < STRIDE * side);
}
