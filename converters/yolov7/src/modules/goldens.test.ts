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
} from "@yolo-compile/network";
import {
  GOLDEN,
  goldenRequest,
  missingInRows,
  moduleError,
  type RowsGolden,
  readModuleGoldens,
  tableLines,
} from "@yolo-compile/testkit";
import { YOLOV7 } from "../family.js";
import { YOLOV7_MODULES } from "./index.js";

/** With the results of PyPI's yolov7detect; fixtures/modules/README.md. */
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

const traced = (golden: RowsGolden) => traceNetwork(networkOf(golden), goldenRequest(golden));

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
      const printed = tableLines(formatSummary(summarizeNetwork(networkOf(golden))));
      const timed = golden.table.at(-1)!.endsWith("GFLOPS");
      expect(printed.map(timed ? String : withoutGflops)).toEqual(golden.table);
    });
});

test("every module and every argument of it has a golden", () => {
  const rows = GOLDENS.map((golden) => networkOf(golden).layers.at(-1)!);
  expect(missingInRows(YOLOV7_MODULES, rows)).toEqual([]);
});
