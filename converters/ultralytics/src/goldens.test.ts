import { describe, expect, test } from "@jest/globals";
import {
  formatSummary,
  graphOf,
  joinLibraries,
  type Network,
  parseYaml,
  planNetwork,
  summarizeNetwork,
  TORCH_MODULES,
  traceNetwork,
  type WeightSource,
} from "@yolo-compile/network";
import { GOLDEN, goldenWeight, type ModuleGolden, moduleError, readModuleGoldens } from "@yolo-compile/testkit";
import { readConfig } from "./config.js";
import { ULTRALYTICS_MODULES } from "./modules/index.js";

/** The golden of a few rows by PyPI's ultralytics; fixtures/modules/README.md. */
interface RowsGolden extends Omit<ModuleGolden, "modules" | "macs"> {
  readonly cfg: string;
  /** The letter of the scale. */
  readonly letter: string;
  readonly end2end: boolean;
  readonly fused: boolean;
  /** Modules that are nn.Identity. */
  readonly identities: readonly string[];
  readonly table: readonly string[];
  /** Modules without submodules. */
  readonly leaves: number;
  readonly gradients: number;
}

const GOLDENS = readModuleGoldens<RowsGolden>("ultralytics.json");

const networkOf = ({ cfg, name, letter, end2end }: RowsGolden): Network => ({
  ...planNetwork(
    readConfig(parseYaml(cfg, name), `yolo8${letter}`),
    joinLibraries([ULTRALYTICS_MODULES, TORCH_MODULES]),
  ),
  end2end,
});

function trace(golden: RowsGolden & ModuleGolden) {
  const [batch, , height, width] = golden.input as [number, number, number, number];
  const weights: WeightSource = {
    get: (name) => goldenWeight(golden, name),
    batchNormEps: () => undefined,
    isIdentity: (path) => golden.identities.includes(path),
  };
  return traceNetwork(networkOf(golden), { size: [height, width], batch, weights });
}

describe.each(GOLDENS.map((golden) => [golden.name, golden] as const))("%s", (_, golden) => {
  test.each(["disabled", "all"] as const)("computes what PyTorch does, at ONNX Runtime's level %s", async (level) => {
    const { graph } = graphOf(trace(golden));
    expect(await moduleError(golden, graph, level)).toBeLessThan(GOLDEN.relative);
  });

  test("needs PyTorch's weights, or says why it does not", () => {
    const { expected, ignored } = trace(golden).trace;
    const names = [...expected.keys(), ...ignored.keys()].filter((name) => golden.weights.has(name));
    expect(new Set(names)).toEqual(new Set(golden.weights.keys()));
    for (const [name, { shape }] of expected) expect([name, golden.weights.get(name)]).toEqual([name, shape]);
  });

  if (!golden.fused && golden.identities.length === 0)
    test("has PyTorch's table and counts", () => {
      const { rows, ...counts } = summarizeNetwork({ ...networkOf(golden), end2end: false });
      expect(counts).toMatchObject({
        leaves: golden.leaves,
        parameters: golden.parameters,
        gradients: golden.gradients,
      });
      const [, , ...lines] = formatSummary({ ...counts, rows })
        .trimEnd()
        .split("\n");
      expect(lines.slice(0, -1).map((line) => line.trimEnd())).toEqual(golden.table);
    });
});

test("every module and every argument of it has a golden", () => {
  const rows = GOLDENS.flatMap((golden) => networkOf(golden).layers);
  const missing = [...ULTRALYTICS_MODULES].map(([module, { signature }]) => {
    const counts = rows.filter((row) => row.module === module).map(({ plan }) => plan.args.length);
    const left = signature.slice(Math.max(0, ...counts));
    return counts.length === 0 || left.length > 0 ? [`${module}: ${left.join(", ")}`] : [];
  });
  expect(missing.flat()).toEqual([]);
});
