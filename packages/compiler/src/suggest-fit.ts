import { isCompileError } from "@yolo-compile/core";
import { type ModelConfig, type Network, planNetwork, type StoredWeights, traceNetwork } from "@yolo-compile/network";
import { otherHead } from "./diagnostics.js";
import { holdsWeights } from "./holds-weights.js";
import { isNotNeeded } from "./not-needed.js";

/**
 * The change of the yaml that would fit the stored weights, all of them, such as `nc: 3`, among those that its family tries.
 * Where they have another head than the yaml no change does, and that is said.
 */
export function suggestFit({ config, modules }: Network, stored: StoredWeights): string | undefined {
  const head = config.otherHead?.(stored);
  if (head !== undefined) return otherHead(head, config.rows.at(-1)?.module ?? "no row");
  for (const { config: other, changes } of config.alternatives?.(stored) ?? [])
    if (fits(other, modules, stored))
      return changes.length > 0 ? `the yaml would fit with ${changes.join(", ")}` : undefined;
  return undefined;
}

function fits(config: ModelConfig, modules: Network["modules"], stored: StoredWeights): boolean {
  const side = config.probeSizes[0]!;
  const notNeeded = isNotNeeded(config);
  try {
    const { expected, ignored } = traceNetwork(planNetwork(config, modules), { size: [side, side] }).trace;
    if ([...stored.keys()].some((name) => !expected.has(name) && !notNeeded(name) && !ignored.has(name))) return false;
    return holdsWeights(stored, expected);
  } catch (error) {
    if (isCompileError(error)) return false;
    throw error;
  }
}
