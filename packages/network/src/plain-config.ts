import { type ModelConfig, readRows } from "./config.js";
import { gainedRepeats, makeDivisible } from "./gains.js";
import { bareCall, isDict } from "./python.js";
import { parseYaml } from "./yaml.js";

/**
 * The config of a network `m` of no family, for modules by themselves: `rows` are lines of a yaml's backbone, channels and
 * repeats are scaled by the gains, the rest is torch's default.
 */
export function plainConfig(
  rows: readonly string[],
  { width = 1, depth = 1, ...rules }: Partial<ModelConfig> & { readonly width?: number; readonly depth?: number } = {},
): ModelConfig {
  const lines = rows.map((row) => `  - ${row}\n`).join("");
  const document = parseYaml(lines ? `backbone:\n${lines}` : "backbone: []", "m.yaml");
  if (!isDict(document)) throw new Error("a mapping by the text above");
  const scaledChannels = (wanted: number): number => makeDivisible(wanted * width, 8);
  return {
    name: "m",
    nc: 1,
    ch: 3,
    rows: readRows(document, "backbone", "m"),
    activation: bareCall("nn.SiLU"),
    names: new Map(),
    batchNormEps: 1e-5,
    root: "model",
    probeSizes: [256, 640, 1280],
    notNeeded: [],
    gainedRepeats: (repeats) => gainedRepeats(repeats, depth),
    scaledChannels,
    outputChannels: scaledChannels,
    summaryLine: ({ name, layers }) => `${name}: ${layers} layers`,
    metadata: () => new Map(),
    ...rules,
  };
}
