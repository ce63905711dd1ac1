import { isCompileError, sameShape } from "@yolo-compile/core";
import { type ModelConfig, type Network, planNetwork, type StoredWeights, traceNetwork } from "@yolo-compile/network";

/** The change of the yaml, such as `nc: 3`, that would fit the stored shapes, among those that its family tries. */
export function suggestFit({ config, modules }: Network, stored: StoredWeights): string | undefined {
  for (const { config: other, changes } of config.alternatives?.(stored) ?? [])
    if (fits(other, modules, stored))
      return changes.length > 0 ? `the yaml would fit with ${changes.join(", ")}` : undefined;
  return undefined;
}

function fits(config: ModelConfig, modules: Network["modules"], stored: StoredWeights): boolean {
  const side = config.probeSizes[0]!;
  try {
    const { trace } = traceNetwork(planNetwork(config, modules), { size: [side, side] });
    return [...trace.expected.values()].every((weight) => {
      const found = stored.get(weight.name);
      return found ? sameShape(found.shape, weight.shape) : weight.fallback !== undefined;
    });
  } catch (error) {
    if (isCompileError(error)) return false;
    throw error;
  }
}
