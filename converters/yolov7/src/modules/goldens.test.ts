import { describe, expect, test } from "@jest/globals";
import { elementCount } from "@yolo-compile/core";
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
import { YOLOV7 } from "../family.js";
import { YOLOV7_MODULES } from "./index.js";

/** A few rows with the results of PyPI's yolov7detect; fixtures/modules/README.md. */
interface RowsGolden extends ModuleGolden {
  readonly cfg: string;
  /** The lines of parse_model's table, and the line below it; none of blocks that it has not. */
  readonly table: readonly string[];
  /** The number of output channels that parse_model assumes for the last row. */
  readonly channels?: number;
}

const GOLDENS = readModuleGoldens<RowsGolden>("yolov7.json");

const networkOf = ({ cfg, name }: RowsGolden): Network =>
  planNetwork(
    YOLOV7.networks!.readConfig(parseYaml(cfg, name), "Model"),
    joinLibraries([YOLOV7.modules, TORCH_MODULES]),
  );

/** The copy of the anchors is computed anew; after fuse(), implicits are left behind that are folded already. */
const isNeeded = ({ name }: RowsGolden) => {
  const fused = name.endsWith(", fused");
  return (weight: string): boolean => !weight.endsWith(".anchor_grid") && !(fused && weight.endsWith(".implicit"));
};

const traced = (golden: RowsGolden) => {
  const [batch, , height, width] = golden.input as [number, number, number, number];
  const weights: WeightSource = { get: (name) => goldenWeight(golden, name), batchNormEps: () => undefined };
  return traceNetwork(networkOf(golden), { size: [height, width], batch, weights });
};

/** YOLOv7 takes the image's channels from its first weight, and leaves GFLOPS out where that fails. */
const withoutGflops = (line: string): string => line.replace(/, \d+\.\d GFLOPS$/, "");

describe.each(GOLDENS.map((golden) => [golden.name, golden] as const))("%s", (_, golden) => {
  test.each(["disabled", "all"] as const)("computes what PyTorch does, at ONNX Runtime's level %s", async (level) => {
    expect(await moduleError(golden, graphOf(traced(golden)).graph, level)).toBeLessThan(GOLDEN.relative);
  });

  test("has PyTorch's weights, counts and output channels", () => {
    const { trace, layers } = traced(golden);
    const needed = [...golden.weights].filter(([name]) => isNeeded(golden)(name));
    // What training alone looks at is counted, though its weights may be missing.
    const expected = [...trace.expected].map(([name, { shape }]) => [name, shape] as const);
    const training = [...trace.ignored.keys()].filter((name) => name.includes(".m2."));
    expect(new Map(expected)).toEqual(new Map(needed.filter(([name]) => !training.includes(name))));
    const folded = [...golden.weights].filter(([name]) => trace.ignored.has(name) && name.endsWith(".implicit"));
    const parameters = golden.parameters - folded.reduce((sum, [, shape]) => sum + elementCount(shape), 0);
    const { modules, macs } = golden;
    expect(trace).toMatchObject({ modules, parameters, macs });
    if (golden.channels !== undefined) expect(layers.at(-1)!.plan.channels).toBe(golden.channels);
  });

  if (golden.table.length > 0)
    test("prints YOLOv7's table", () => {
      const [, , ...lines] = formatSummary(summarizeNetwork(networkOf(golden)))
        .trimEnd()
        .split("\n");
      const timed = golden.table.at(-1)!.endsWith("GFLOPS");
      expect(lines.map((line) => line.trimEnd()).map(timed ? String : withoutGflops)).toEqual(golden.table);
    });
});

test("every module and every argument of it has a golden", () => {
  const rows = GOLDENS.map((golden) => networkOf(golden).layers.at(-1)!);
  const missing = [...YOLOV7_MODULES].map(([module, { signature }]) => {
    const counts = rows.filter((row) => row.module === module).map(({ plan }) => plan.args.length);
    const left = signature.slice(Math.max(...counts));
    return counts.length === 0 || left.length > 0 ? [`${module}: ${left.join(", ")}`] : [];
  });
  expect(missing.flat()).toEqual([]);
});
