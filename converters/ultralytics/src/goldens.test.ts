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
} from "@yolo-compile/network";
import {
  GOLDEN,
  goldenRequest,
  type ModuleGolden,
  missingInRows,
  moduleError,
  readModuleGoldens,
  tableLines,
} from "@yolo-compile/testkit";
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
  const request = goldenRequest(golden);
  const isIdentity = (path: string): boolean => golden.identities.includes(path);
  return traceNetwork(networkOf(golden), { ...request, weights: { ...request.weights, isIdentity } });
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
      expect(tableLines(formatSummary({ ...counts, rows })).slice(0, -1)).toEqual(golden.table);
    });
});

test("every module and every argument of it has a golden", () => {
  const rows = GOLDENS.flatMap((golden) => networkOf(golden).layers);
  expect(missingInRows(ULTRALYTICS_MODULES, rows)).toEqual([]);
});
