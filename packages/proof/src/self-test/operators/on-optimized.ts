import type { Node, OpName } from "@yolo-compile/ir";
import type { Mutation, MutationOperator, Site } from "../mutation.js";

/** Makes an operator's fault at a node of one of its ops. */
export type Mutate<Op extends OpName> = (node: Node<Op>, site: Site) => Mutation | undefined;

/** An operator on nodes of the optimised graph. */
export const onOptimized = <Op extends OpName>(
  name: string,
  ops: readonly Op[],
  mutate: Mutate<Op>,
): MutationOperator => ({ name, ops, stage: "optimized", mutate });
