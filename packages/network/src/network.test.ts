import { describe, expect, test } from "@jest/globals";
import { runGraph } from "@yolo-compile/testkit";
import { defineModule, moduleTable, planUnchanged } from "./definition.js";
import { checkImageSize, fitStrides, graphOf, networkNotes, planNetwork, traceNetwork } from "./network.js";
import { maxPool2d } from "./nn.js";
import { plainConfig } from "./plain-config.js";
import { formatSummary, summarizeNetwork } from "./summary.js";
import { TORCH_MODULES } from "./torch-modules.js";

/** Halves the map, or with the argument 4 quarters it: the same weights suit both. */
const shrink = defineModule({
  type: "own.Shrink",
  signature: ["by"],
  plan: (context) => ({ ...planUnchanged(context), alternatives: [[4], [8]] }),
  build: (scope, x, a) => {
    scope.note("own/by", `shrinks by ${a.int("by")}`);
    return maxPool2d(scope, x, { k: a.int("by"), s: a.int("by") });
  },
});
const MODULES = new Map([...TORCH_MODULES, ...moduleTable({ Shrink: shrink })]);

const networkOf = (...rows: string[]) => planNetwork(plainConfig(rows), MODULES);

const HALF = "[-1, 1, nn.MaxPool2d, [2]]";
const END = "[-1, 1, nn.Identity, []]";

describe("strides", () => {
  test("are those of the last row's inputs", () => {
    expect(networkOf(HALF, HALF, END).strides).toEqual([4]);
    expect(networkOf(HALF).strides).toEqual([1]);
  });

  test("are probed with larger images where 256 pixels do not fit", () => {
    expect(networkOf("[-1, 1, nn.AdaptiveAvgPool2d, [5]]", END).strides).toEqual([128]);
  });

  test("without any size that fits, the row is named and the first reason given", () => {
    expect(() => networkOf(HALF, "[-1, 1, nn.AdaptiveAvgPool2d, [[7, 2]]]")).toThrow(
      "output_size is [7, 2], expected a divisor of the map's size 128x128 (backbone[1])",
    );
  });

  test("that a checkpoint records choose among a module's alternatives", () => {
    const network = networkOf("[-1, 1, Shrink, [2]]", END);
    expect(fitStrides(network, [2])).toBe(network);
    expect(fitStrides(network, [8])).toMatchObject({ strides: [8], layers: [{ plan: { args: [8] } }, {}] });
    expect(fitStrides(network, [16])).toBe(network);
    expect(fitStrides(network, [2, 4])).toBe(network);
  });
});

describe("an image size", () => {
  test.each<[[number, number], string]>([
    [[6, 6], "the image size 6x6 is no multiple of the model's stride 4 - the next that is: --imgsz 8"],
    [[8, 10], "--imgsz 8 12"],
    [[0, 8], "--imgsz 4 8"],
  ])("%j is no multiple of the stride", (size, message) => {
    expect(() => checkImageSize(networkOf(HALF, HALF, END), size)).toThrow(message);
  });

  test("is of any shape that the stride divides", () => {
    const { graph } = graphOf(traceNetwork(networkOf(HALF, HALF, END), { size: [8, 12], batch: 2 }));
    expect(graph.inputs[0]!.type.shape).toEqual([2, 3, 8, 12]);
    expect(graph.outputs.map(({ name, value }) => [name, value.type.shape])).toEqual([["output0", [2, 3, 2, 3]]]);
  });
});

test("copies of a row follow each other, each with its own weights", () => {
  const { layers, trace } = traceNetwork(networkOf("[-1, 3, nn.PReLU, [3]]", "[-1, 1, nn.PReLU, []]"), {
    size: [4, 4],
  });
  expect([...trace.expected.keys()]).toEqual([
    "model.0.0.weight",
    "model.0.1.weight",
    "model.0.2.weight",
    "model.1.weight",
  ]);
  expect(layers.map(({ parameters }) => parameters)).toEqual([9, 1]);
  // the model, its Sequential, a Sequential of three, one
  expect(trace.modules).toBe(2 + 4 + 1);
  expect(trace.containers).toBe(2 + 1);
});

test("a row takes what its `from` names", () => {
  const { graph } = graphOf(traceNetwork(networkOf(HALF, HALF, "[0, 1, nn.Sigmoid, []]"), { size: [8, 8] }));
  expect(graph.outputs[0]!.value.type.shape).toEqual([1, 3, 4, 4]);
});

test("a module's remarks are kept with its path", () => {
  expect(networkNotes(networkOf("[-1, 1, Shrink, [2]]"), [4, 4])).toEqual([
    { code: "own/by", severity: "note", message: "shrinks by 2", where: "model.0" },
  ]);
});

test("a weight that nobody has is missed when it is read", async () => {
  const { graph } = graphOf(traceNetwork(networkOf("[-1, 1, nn.PReLU, [3]]"), { size: [4, 4] }));
  await expect(runGraph(graph)).rejects.toThrow("weights/missing: model.0.weight f32[3] is not in the weights");
});

test("an impossible weight names its row", () => {
  expect(() => networkOf("[-1, 1, nn.PReLU, [0]]")).toThrow("model.0.weight would have the shape [0]");
  expect(() => networkOf("[-1, 1, nn.PReLU, [0]]")).toThrow("(backbone[0] nn.PReLU)");
});

describe("the summary", () => {
  test("counts an image of one stride, 32 at least, and scales to 640", () => {
    const pooled = (...rows: string[]): number => summarizeNetwork(networkOf(...rows)).gflops * 1e9;
    expect(pooled("[-1, 1, nn.AvgPool2d, [2]]")).toBeCloseTo(2 * 3 * 320 ** 2);
    // of 64 pixels one cell is left
    expect(pooled(...Array<string>(6).fill(HALF), "[-1, 1, nn.AvgPool2d, [1]]")).toBeCloseTo(2 * 3 * 100);
  });

  test("counts an image of 640 where a smaller one does not fit", () => {
    expect(summarizeNetwork(networkOf("[-1, 1, nn.AdaptiveAvgPool2d, [5]]")).gflops * 1e9).toBeCloseTo(
      2 * 3 * 25 * (128 ** 2 + 1),
    );
  });

  test("counts leaves without what only contains others", () => {
    expect(summarizeNetwork(networkOf(HALF, "[-1, 2, nn.PReLU, [3]]"))).toMatchObject({ layers: 6, leaves: 3 });
  });

  test("is a table and the line of the family", () => {
    const network = networkOf(HALF, "[[-1], 2, nn.PReLU, [3]]");
    expect(formatSummary(summarizeNetwork(network))).toMatchInlineSnapshot(`
"
                 from  n    params  module                                  arguments                     
  0                -1  1         0  torch.nn.modules.pooling.MaxPool2d      [2]                           
  1              [-1]  2         6  torch.nn.modules.activation.PReLU       [3]                           
m: 6 layers
"
`);
  });
});

test("what is no parameter is listed as a buffer", () => {
  const { buffers } = graphOf(traceNetwork(networkOf("[-1, 1, nn.BatchNorm2d, []]"), { size: [4, 4] }));
  expect([...buffers].sort()).toEqual(["model.0.running_mean", "model.0.running_var"]);
});

test("a size below the stride, or beside a stride that is no whole number, is refused", () => {
  const network = networkOf(HALF, HALF, END);
  expect(() => checkImageSize(network, [4, 4])).not.toThrow();
  expect(() => checkImageSize({ ...network, strides: [] }, [1, 7])).not.toThrow();
  expect(() => checkImageSize({ ...network, strides: [8, 2.5] }, [40, 40])).toThrow("network/stride: the levels have");
});

test("an output of which nothing is said holds values, one for each channel", () => {
  const outputsOf = (...rows: string[]) => graphOf(traceNetwork(networkOf(...rows), { size: [4, 4] })).outputs;
  expect(outputsOf(END)).toEqual([
    { output: "output0", axis: 1, parts: [{ name: "values", kind: "other", count: 3 }] },
  ]);
  expect(outputsOf("[-1, 1, nn.Flatten, []]")[0]?.parts[0]?.count).toBe(48);
});
