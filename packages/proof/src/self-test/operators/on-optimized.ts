import type { MutationOperator } from "../mutation.js";

/** An operator on nodes of the optimised graph. */
export const onOptimized = (
  name: string,
  ops: readonly string[],
  mutate: MutationOperator["mutate"],
): MutationOperator => ({ name, ops, stage: "optimized", mutate });
