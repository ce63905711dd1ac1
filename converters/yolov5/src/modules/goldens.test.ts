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
import { readConfig } from "../config.js";
import { YOLOV5_MODULES } from "./index.js";

/** A few rows with the results of PyPI's yolov5; fixtures/modules/README.md. */
interface RowsGolden extends ModuleGolden {
  readonly cfg: string;
  /** The lines of parse_model's table, and the line below it. */
  readonly table: readonly string[];
  /** The number of output channels that parse_model assumes for the last row. */
  readonly channels?: number;
}

const GOLDENS = readModuleGoldens<RowsGolden>("yolov5.json");

const networkOf = ({ cfg, name }: RowsGolden): Network =>
  planNetwork(readConfig(parseYaml(cfg, name), "Model"), joinLibraries([YOLOV5_MODULES, TORCH_MODULES]));

const requestOf = (golden: RowsGolden) => {
  const [batch, , height, width] = golden.input as [number, number, number, number];
  const weights: WeightSource = { get: (name) => goldenWeight(golden, name), batchNormEps: () => undefined };
  return { size: [height, width], batch, weights } as const;
};

/** YOLOv5 takes the image's channels from its first weight, and leaves GFLOPs out where that fails. */
const withoutGflops = (line: string): string => line.replace(/, \d+\.\d GFLOPs$/, "");

const printed = (network: Network): string[] => {
  const [, , ...lines] = formatSummary(summarizeNetwork(network)).trimEnd().split("\n");
  return lines.map((line) => line.trimEnd());
};

describe.each(GOLDENS.map((golden) => [golden.name, golden] as const))("%s", (_, golden) => {
  test.each(["disabled", "all"] as const)("computes what PyTorch does, at ONNX Runtime's level %s", async (level) => {
    const { graph } = graphOf(traceNetwork(networkOf(golden), requestOf(golden)));
    expect(await moduleError(golden, graph, level)).toBeLessThan(GOLDEN.relative);
  });

  test("has PyTorch's weights, counts and output channels", () => {
    const { trace, layers } = traceNetwork(networkOf(golden), requestOf(golden));
    const shapes = [...trace.expected].map(([name, { shape }]) => [name, shape] as const);
    expect(new Map(shapes)).toEqual(golden.weights);
    const { modules, parameters, macs } = golden;
    expect(trace).toMatchObject({ modules, parameters, macs });
    if (golden.channels !== undefined) expect(layers.at(-1)!.plan.channels).toBe(golden.channels);
  });

  test("prints YOLOv5's table", () => {
    const timed = golden.table.at(-1)!.endsWith("GFLOPs");
    const expected = golden.table.map((line) => line.replace("(3, 2)", "[3, 2]")); // our tuples are lists
    expect(printed(networkOf(golden)).map(timed ? String : withoutGflops)).toEqual(expected);
  });
});

/** The one argument that changes no result. */
const IN_PLACE = "inplace";

test("every module and every argument of it has a golden", () => {
  const rows = GOLDENS.map((golden) => networkOf(golden).layers.at(-1)!);
  const missing = [...YOLOV5_MODULES].map(([module, { signature }]) => {
    const counts = rows.filter((row) => row.module === module).map(({ plan }) => plan.args.length);
    const left = signature.slice(Math.max(...counts)).filter((name) => name !== IN_PLACE);
    return counts.length === 0 || left.length > 0 ? [`${module}: ${left.join(", ")}`] : [];
  });
  expect(missing.flat()).toEqual([]);
});
