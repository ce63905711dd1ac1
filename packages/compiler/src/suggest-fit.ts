import { isCompileError, sameShape, type TensorType } from "@yolo-compile/core";
import { anchorCount, type ModelConfig, planNetwork, traceNetwork } from "@yolo-compile/network";
import { MODULES } from "./modules.js";

/** The gains of the official families (n, s, m, l, x) and of common small ones. */
const WIDTHS = [0.0625, 0.125, 0.25, 0.5, 0.75, 1, 1.25];
const DEPTHS = [0.33, 0.67, 1, 1.33];

/** The side of an image that every official network can trace. */
const SIDE = 256;

/** Which `nc`, `width_multiple` and `depth_multiple` would make the yaml fit the stored shapes, if any would. */
export function suggestFit(config: ModelConfig, stored: ReadonlyMap<string, TensorType>): string | undefined {
  const classes = [...new Set([config.nc, ...storedClasses(config, stored)])];
  const widths = [config.widthMultiple, ...WIDTHS.filter((width) => width !== config.widthMultiple)];
  const depths = [config.depthMultiple, ...DEPTHS.filter((depth) => depth !== config.depthMultiple)];
  for (const nc of classes)
    for (const widthMultiple of widths)
      for (const depthMultiple of depths) {
        const candidate = { ...config, nc, widthMultiple, depthMultiple };
        if (fits(candidate, stored)) return describe(config, candidate);
      }
  return undefined;
}

function describe(config: ModelConfig, candidate: ModelConfig): string | undefined {
  const changes = [
    candidate.nc !== config.nc && `nc: ${candidate.nc}`,
    candidate.widthMultiple !== config.widthMultiple && `width_multiple: ${candidate.widthMultiple}`,
    candidate.depthMultiple !== config.depthMultiple && `depth_multiple: ${candidate.depthMultiple}`,
  ].filter(Boolean);
  return changes.length > 0 ? `the yaml would fit with ${changes.join(", ")}` : undefined;
}

/** Class counts that the head's convolutions could mean: channels = anchors * (5 + nc [+ 32 masks]). */
function storedClasses(config: ModelConfig, stored: ReadonlyMap<string, TensorType>): number[] {
  const anchors = anchorCount(config);
  const channels = [...stored].filter(([name]) => /\.m\.\d+\.bias$/.test(name)).map(([, { shape }]) => shape[0] ?? 0);
  return channels
    .flatMap((count) => [count / anchors - 5, count / anchors - 37])
    .filter((nc) => Number.isInteger(nc) && nc > 0);
}

function fits(config: ModelConfig, stored: ReadonlyMap<string, TensorType>): boolean {
  try {
    const { trace } = traceNetwork(planNetwork(config, MODULES), { size: [SIDE, SIDE] });
    return [...trace.expected.values()].every((weight) => {
      const found = stored.get(weight.name);
      return found ? sameShape(found.shape, weight.shape) : weight.fallback !== undefined;
    });
  } catch (error) {
    if (isCompileError(error)) return false;
    throw error;
  }
}
