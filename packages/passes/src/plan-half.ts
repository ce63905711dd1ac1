import { elementCount, LARGEST_HALF, toFloat64 } from "@yolo-compile/core";
import { type Graph, keepsOrder, makersOf, type Node, traitsOf, type Value } from "@yolo-compile/ir";
import { keepsNothing } from "./diagnostics.js";
import { computesInSingle } from "./to-half.js";

/** Facts about a graph that ran in float32. The largest of all inputs counts. */
export interface HalfAudit {
  /** The largest magnitude of each float32 value. */
  readonly largest: ReadonlyMap<Value, number>;
  /** The largest sum of magnitudes of the terms that a node adds up, which its partial sums can reach. */
  readonly sums: ReadonlyMap<Node, number>;
  /**
   * The change of a node's outputs when its inputs and its outputs are rounded to float16, as a share of their largest
   * magnitude; infinite where they are not finite then.
   */
  readonly losses: ReadonlyMap<Node, number>;
}

/** The kind of reason for which a node computes in float32. */
export type KeepCause = "asked" | "overflow" | "loss" | "answer" | "large" | "budget";

/** A node that computes in float32, though others of its kind do not. */
export interface KeptNode {
  readonly node: Node;
  readonly cause: KeepCause;
  /** `its sums reach 7.1e+4, and float16 ends at 6.6e+4` */
  readonly reason: string;
  /** The number in the reason: a magnitude, or a loss. */
  readonly measured?: number;
}

/** What is known and wanted of a float16 graph. */
export interface HalfPlanRequest {
  /** Ops (`Softmax`), rows (`23`) and paths (`model.23.m`) that stay in float32. */
  readonly keep?: readonly string[];
  /** Left out, only constants are looked at. */
  readonly audit?: HalfAudit;
}

/** Pictures that the audit has not seen may be brighter: values have to stay below half of what float16 holds. */
const ROOM = LARGEST_HALF / 2;

/**
 * The largest loss of one node in float16: rounding itself costs up to 2^-11, a sum of rounded terms a few of that. A
 * difference of nearly equal numbers, or what a sharp softmax makes of its logits, costs more.
 */
export const LARGEST_LOSS = 2 ** -8;

/**
 * The nodes of a graph that have to compute in float32 when the others compute in float16, in the order of the graph.
 * @throws passes/keep for a word of `keep` that names nothing
 */
export function planHalf(graph: Graph, { keep = [], audit }: HalfPlanRequest): ReadonlyMap<Node, KeptNode> {
  const nodes = graph.nodes.filter(computesInSingle);
  const found = new Map<Node, KeptNode>();
  const add = (kept: KeptNode): void => {
    if (!found.has(kept.node) && computesInSingle(kept.node)) found.set(kept.node, kept);
  };
  for (const kept of [
    ...keep.flatMap((word) => askedNodes(nodes, word)),
    ...nodes.flatMap((node) => overflowOf(node, audit) ?? []),
    ...(audit ? lossyNodes(graph, audit) : []),
    ...answerNodes(graph),
  ])
    add(kept);
  return new Map(graph.nodes.flatMap((node) => (found.has(node) ? [[node, found.get(node)!] as const] : [])));
}

/** The nodes that a word of the user names, which it keeps in float32. @throws passes/keep where it names none */
export function askedNodes(nodes: readonly Node[], word: string): KeptNode[] {
  const named = nodes.filter((node) => isNamed(node, word));
  if (named.length === 0) throw keepsNothing(word, nodes);
  return named.map((node) => ({ node, cause: "asked", reason: `${word} is asked for` }));
}

/** Nodes that lose too much, and those that make what they read. */
function lossyNodes(graph: Graph, { losses }: HalfAudit): KeptNode[] {
  const makers = makersOf(graph);
  return graph.nodes.flatMap((node): KeptNode[] => {
    const loss = losses.get(node) ?? 0;
    if (loss <= LARGEST_LOSS) return [];
    const reason = Number.isFinite(loss)
      ? `rounding what ${node.op} reads moves what it makes by ${number(loss)} of its scale`
      : `rounding what ${node.op} reads makes infinities of what it makes`;
    return [node, ...feedersOf(node, makers)].map((each) => ({ node: each, cause: "loss", reason, measured: loss }));
  });
}

const number = (value: number): string => value.toExponential(1);

/** Whether a word is the node's op, its row's number, its path, or the start of its path. */
function isNamed({ op, origin: { path } }: Node, word: string): boolean {
  const prefix = /^\d+$/.test(word) ? `model.${word}` : word;
  return op === word || path === prefix || path.startsWith(`${prefix}.`);
}

/** A node with numbers that float16 cannot hold. */
function overflowOf(node: Node, audit: HalfAudit | undefined): KeptNode | undefined {
  const largestOf = (values: Node["inputs"]): number =>
    Math.max(
      0,
      ...values.map((value) => (value?.constant ? magnitude(value) : (value && audit?.largest.get(value)) || 0)),
    );
  const sizes = [
    ["it makes numbers up to", largestOf(node.outputs)],
    ["its sums reach", audit?.sums.get(node) ?? 0],
    ["it reads numbers up to", largestOf(node.inputs)],
  ] as const;
  const beyond = sizes.find(([, size]) => size > ROOM);
  if (!beyond) return undefined;
  const [what, measured] = beyond;
  return { node, cause: "overflow", reason: `${what} ${number(measured)}, ${END}`, measured };
}

const END = `and float16 ends at ${number(LARGEST_HALF)}`;

/** The largest magnitude of a constant of floats. */
function magnitude({ type, constant }: Value): number {
  if (type.dtype !== "f32" || elementCount(constant!.shape) === 0) return 0;
  return toFloat64(constant!.read()).reduce((most, element) => Math.max(most, Math.abs(element)), 0);
}

/** The nodes that compute what `node` reads, and those that only move it on the way. */
function feedersOf(node: Node, makers: ReadonlyMap<Value, Node>): Node[] {
  return node.inputs.flatMap((input) => {
    const maker = input && makers.get(input);
    if (!maker) return [];
    const moves = traitsOf(maker).moves !== undefined || keepsOrder(maker);
    return [maker, ...(moves ? feedersOf(maker, makers) : [])];
  });
}

/** The nodes from which no sum of products can be reached: those that turn a network's last maps into its answer. */
export function answerNodes({ nodes }: Graph): KeptNode[] {
  const read = new Set<Value>();
  const found: KeptNode[] = [];
  for (const node of [...nodes].reverse()) {
    const isLast = traitsOf(node).sums !== "products" && !node.outputs.some((output) => read.has(output));
    if (isLast) found.push({ node, cause: "answer", reason: ANSWER });
    else for (const input of node.inputs) if (input) read.add(input);
  }
  return found;
}

const ANSWER = "behind the last convolution, where a position of 640 has steps of 0.5 in float16";
