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
  missingInRows,
  moduleError,
  type RowsGolden,
  readModuleGoldens,
  tableLines,
} from "@yolo-compile/testkit";
import { readConfig } from "../config.js";
import { YOLOV5_MODULES } from "./index.js";

/** With the results of PyPI's yolov5; fixtures/modules/README.md. */
const GOLDENS = readModuleGoldens<RowsGolden>("yolov5.json");

const networkOf = ({ cfg, name }: RowsGolden): Network =>
  planNetwork(readConfig(parseYaml(cfg, name), "Model"), joinLibraries([YOLOV5_MODULES, TORCH_MODULES]));

/** YOLOv5 takes the image's channels from its first weight, and leaves GFLOPs out where that fails. */
const withoutGflops = (line: string): string => line.replace(/, \d+\.\d GFLOPs$/, "");

describe.each(GOLDENS.map((golden) => [golden.name, golden] as const))("%s", (_, golden) => {
  test.each(["disabled", "all"] as const)("computes what PyTorch does, at ONNX Runtime's level %s", async (level) => {
    const { graph } = graphOf(traceNetwork(networkOf(golden), goldenRequest(golden)));
    expect(await moduleError(golden, graph, level)).toBeLessThan(GOLDEN.relative);
  });

  test("has PyTorch's weights, counts and output channels", () => {
    const { trace, layers } = traceNetwork(networkOf(golden), goldenRequest(golden));
    const shapes = [...trace.expected].map(([name, { shape }]) => [name, shape] as const);
    expect(new Map(shapes)).toEqual(golden.weights);
    const { modules, parameters, macs } = golden;
    expect(trace).toMatchObject({ modules, parameters, macs });
    if (golden.channels !== undefined) expect(layers.at(-1)!.plan.channels).toBe(golden.channels);
  });

  test("prints YOLOv5's table", () => {
    const timed = golden.table.at(-1)!.endsWith("GFLOPs");
    const expected = golden.table.map((line) => line.replace("(3, 2)", "[3, 2]")); // our tuples are lists
    const printed = tableLines(formatSummary(summarizeNetwork(networkOf(golden))));
    expect(printed.map(timed ? String : withoutGflops)).toEqual(expected);
  });
});

test("every module and every argument of it has a golden", () => {
  const rows = GOLDENS.map((golden) => networkOf(golden).layers.at(-1)!);
  expect(missingInRows(YOLOV5_MODULES, rows)).toEqual([]);
});
