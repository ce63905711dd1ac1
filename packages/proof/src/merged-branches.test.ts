import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { type CompiledGraphs, compileGraphs } from "@yolo-compile/compiler";
import {
  decodeBase64,
  elementCount,
  type LazyTensor,
  type Tensor,
  toFloat64,
  uniformStream,
  viewElements,
} from "@yolo-compile/core";
import { constantValue, fixedShape, type Graph, opCensus } from "@yolo-compile/ir";
import { encodeBytes } from "@yolo-compile/onnx";
import { compareTensors, FOLD, findProvider, verifyModels } from "@yolo-compile/runtime";
import { fixturePath, formulaWeight, GOLDEN, runGraph } from "@yolo-compile/testkit";
import { chooseInputs } from "./verify/choose-inputs.js";

interface Stored {
  readonly shape: readonly number[];
  readonly data: string;
}

/** A block of several branches, and the one convolution that PyTorch's outputs for impulses make of it; fixtures/modules/README.md. */
interface MergedGolden {
  readonly row: string;
  readonly input: readonly [number, number, number, number];
  readonly span: number;
  /** `model.0.rbr_identity.weight 8` */
  readonly training: readonly string[];
  readonly merged: Readonly<Record<string, Stored>>;
  readonly output: Stored;
}

// The file is ours; its README describes it.
const GOLDENS = JSON.parse(readFileSync(fixturePath("modules/merged.json"), "utf8")) as MergedGolden[];

const decoded = ({ shape, data }: Stored): Tensor => ({
  dtype: "f32",
  shape,
  data: viewElements("f32", decodeBase64(data)!),
});

const lazy = (tensor: Tensor): LazyTensor => ({ dtype: "f32", shape: tensor.shape, read: () => tensor });

const trainingWeights = ({ training }: MergedGolden): Map<string, LazyTensor> =>
  new Map(
    training.map((line) => {
      const [name = "", sizes = ""] = line.split(" ");
      return [name, formulaWeight(name, sizes.split("x").map(Number))];
    }),
  );

const mergedWeights = ({ merged }: MergedGolden): Map<string, LazyTensor> =>
  new Map(Object.entries(merged).map(([name, stored]) => [name, lazy(decoded(stored))]));

function compiled({ row, input }: MergedGolden, tensors: ReadonlyMap<string, LazyTensor>, passes: "fuse" | "full") {
  const [batch, ch, height, width] = input;
  const text = `nc: 1\nch: ${ch}\ndepth_multiple: 1\nwidth_multiple: 1\nanchors: 1\nbackbone:\n  - ${row}\nhead: []\n`;
  const checkpoint = { name: "formula", format: "formula", tensors, suspicious: [], notes: [], close: () => {} };
  return compileGraphs({ config: { file: "m.yaml", text }, checkpoint, size: [height, width], batch, passes });
}

function inputOf({ input, span }: MergedGolden): Tensor {
  const next = uniformStream(1);
  return {
    dtype: "f32",
    shape: input,
    data: Float32Array.from({ length: elementCount(input) }, () => (2 * next() - 1) * span),
  };
}

const apart = async (golden: MergedGolden, graph: Graph, expected: Tensor): Promise<number> => {
  const [found] = await runGraph(graph, { inputs: [inputOf(golden)] });
  return compareTensors("output0", expected, found!).maxRel;
};

describe.each(GOLDENS.map((golden) => [golden.row, golden] as const))("%s", (_, golden) => {
  test.each(["fuse", "full"] as const)("%s makes one graph of both forms of weights", async (passes) => {
    const training = compiled(golden, trainingWeights(golden), passes).optimized;
    const merged = compiled(golden, mergedWeights(golden), passes).optimized;
    const census = opCensus(training);
    expect(census).toEqual(opCensus(merged));
    expect(census.has("BatchNormalization")).toBe(false);
    expect(census.has("Add")).toBe(false);
    // squeeze-and-excitation has two more
    expect(census.get("Conv")).toBe(census.has("GlobalAveragePool") ? 3 : 1);
    const [expected] = await runGraph(merged, { inputs: [inputOf(golden)] });
    expect(await apart(golden, training, expected!)).toBeLessThanOrEqual(FOLD.relative);
  });

  test("both forms answer as PyTorch does", async () => {
    const { plain, optimized } = compiled(golden, trainingWeights(golden), "full");
    const graphs = [plain, optimized, compiled(golden, mergedWeights(golden), "full").plain];
    for (const graph of graphs)
      expect(await apart(golden, graph, decoded(golden.output))).toBeLessThan(GOLDEN.relative);
  });
});

/** The optimised graph with the identity's weight of each filter at another place of the kernel. */
function misplaced({ plain, optimized }: CompiledGraphs, place: (filter: number, own: number) => number): Graph {
  const norm = plain.nodes.find(({ op, origin }) => op === "BatchNormalization" && /identity|skip/.test(origin.path))!;
  const [gamma, , , variance] = norm.inputs.slice(1).map((value) => toFloat64(value!.constant!.read()));
  const epsilon = norm.op === "BatchNormalization" ? norm.attributes.epsilon : 0;
  const nodes = optimized.nodes.map((node) => {
    if (node.op !== "Conv" || !node.origin.rules.includes("merge-branches")) return node;
    const [x, weight, ...bias] = node.inputs;
    const shape = fixedShape(weight!);
    const [, perGroup, height, width] = shape as [number, number, number, number];
    const numbers = Float32Array.from(toFloat64(weight!.constant!.read()));
    gamma!.forEach((value, filter) => {
      const taps = height * width;
      const own = (filter * perGroup + (filter % perGroup)) * taps + Math.floor(taps / 2);
      const factor = value / Math.sqrt(variance![filter]! + epsilon);
      numbers[own]! -= factor;
      const at = place(filter, own);
      if (at >= 0) numbers[at]! += factor;
    });
    return { ...node, inputs: [x, constantValue({ dtype: "f32", shape, data: numbers }, "moved"), ...bias] };
  });
  return { ...optimized, nodes };
}

test.each<[string, string, (filter: number, own: number) => number]>([
  ["at its own place", '[-1, 1, "RepConv", [8, 3, 1, None, 4]]', (_, own) => own],
  ["a pixel off", '[-1, 1, "RepConv", [8, 3, 1]]', (_, own) => own + 1],
  [
    "a pixel off in depthwise kernels",
    '[-1, 1, "MobileOneBlock", [8, 3, 1, 1, 1, 8, False, False, 4]]',
    (_, own) => own - 1,
  ],
  // As YOLOv7's own fuse_repvgg_block does.
  ["in the first group alone", '[-1, 1, "RepConv", [8, 3, 1, None, 4]]', (filter, own) => (filter < 2 ? own : -1)],
  [
    "in the next channel of its group",
    '[-1, 1, "RepVGGBlock", [8, 3, 1, 1, 1, 2]]',
    (filter, own) => own + (filter % 4 < 3 ? 9 : -27),
  ],
])("verification of an identity %s: %s", async (how, row, place) => {
  const golden = GOLDENS.find((each) => each.row === row)!;
  const graphs = compiled(golden, trainingWeights(golden), "full");
  const { ok } = await verifyModels({
    reference: encodeBytes(graphs.plain, { opset: 17 }),
    candidate: encodeBytes(misplaced(graphs, place), { opset: 17 }),
    provider: findProvider("cpu"),
    inputs: (session) => chooseInputs(session, { seed: 1 }),
  });
  expect(ok).toBe(how === "at its own place");
});
