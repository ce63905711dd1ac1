import type { OutputLayout } from "@yolo-compile/core";
import type { Graph, Node, OpName, Value } from "@yolo-compile/ir";

/** A deliberate fault. */
export interface Mutation {
  /** The fault in words: `the bias of channel 3 is 0`. */
  readonly change: string;
  /** The replacements of each changed node. Together they make the same output values. */
  readonly edits: ReadonlyMap<Node, readonly Node[]>;
  /** The reason for which the graph certainly computes the same in spite of it. */
  readonly proof?: string;
}

/** The surroundings of a node, and the seeded choices of an operator. */
export interface Site {
  readonly nodes: readonly Node[];
  /** The layouts of the graph's outputs. */
  readonly layouts: readonly OutputLayout[];
  /** Whether a column of an output is so near to 0 and 1 on every input that a small shift of its logit is lost in rounding. */
  isSaturated(output: string, column: number): boolean;
  producer(value: Value | undefined): Node | undefined;
  /** A whole number from 0 and below `count`. */
  pick(count: number): number;
}

/** A kind of fault. A new one is one entry in the table of its family. */
export interface MutationOperator {
  /** Imperative kebab-case: `drop-bias`. */
  readonly name: string;
  /** The ops of the nodes that it changes. */
  readonly ops: readonly OpName[];
  /** The graph that it changes: the optimised one, or the plain one, which is optimised afterwards. */
  readonly stage: "optimized" | "plain";
  /** `node` is of one of {@link ops}; undefined where the fault cannot be made there. */
  mutate(node: Node, site: Site): Mutation | undefined;
}

/** A graph with one mistake. */
export interface Mutant {
  /** The operator's name. */
  readonly operator: string;
  /** The changed node, by its name in the exported model: `model.17.cv1.conv/Conv`. */
  readonly where: string;
  readonly change: string;
  readonly graph: Graph;
  /** Values of the plain graph, with their replacements in `graph`. */
  readonly replaced: ReadonlyMap<Value, Value>;
  readonly proof?: string;
}
