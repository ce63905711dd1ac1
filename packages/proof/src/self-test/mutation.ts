import type { OutputLayout } from "@yolo-compile/core";
import type { Graph, Node, OpName, Value } from "@yolo-compile/ir";

/** A mistake made on purpose. */
export interface Mutation {
  /** What is wrong now: `the bias of channel 3 is 0`. */
  readonly change: string;
  /** What stands in the place of each changed node. Together they make the same output values. */
  readonly edits: ReadonlyMap<Node, readonly Node[]>;
  /** Why the graph computes the same all the same, where that is certain. */
  readonly proof?: string;
}

/** What an operator may ask about the graph around a node, and the seeded choices that it has. */
export interface Site {
  readonly nodes: readonly Node[];
  /** What the graph's outputs hold. */
  readonly layouts: readonly OutputLayout[];
  /** Whether a column of an output is so near to 0 and 1 on every input that a small shift of its logit is lost in rounding. */
  isSaturated(output: string, column: number): boolean;
  producer(value: Value | undefined): Node | undefined;
  /** A whole number from 0 and below `count`. */
  pick(count: number): number;
}

/** A kind of mistake. A new one is one entry in the table of its family. */
export interface MutationOperator {
  /** Imperative kebab-case: `drop-bias`. */
  readonly name: string;
  /** The ops that it works on. */
  readonly ops: readonly OpName[];
  /** The graph that it changes: the optimised one, or the plain one, which is optimised afterwards. */
  readonly stage: "optimized" | "plain";
  /** `node` is of one of {@link ops}; undefined where it gives nothing to do. */
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
  /** What stands in `graph` for values of the plain graph. */
  readonly replaced: ReadonlyMap<Value, Value>;
  readonly proof?: string;
}
