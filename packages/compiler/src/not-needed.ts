import type { ModelConfig } from "@yolo-compile/network";

/** Last parts of names that inference of no family needs: BatchNorm's counters, and thop's. */
const NOT_NEEDED = ["num_batches_tracked", "total_ops", "total_params"];

/** Whether a stored name is one that inference of the network's family does not need. */
export function isNotNeeded({ notNeeded }: ModelConfig): (name: string) => boolean {
  const names = new Set([...NOT_NEEDED, ...notNeeded]);
  return (name) => names.has(name.replace(/^.*\./, ""));
}
