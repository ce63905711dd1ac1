import { toFloat64 } from "@yolo-compile/core";
import { createNode, type Graph, type Node, type Value } from "@yolo-compile/ir";
import { encodeBytes, OPSETS } from "@yolo-compile/onnx";
import { quantizedRole, type Ranges } from "@yolo-compile/passes";
import { CPU, openSession, type Tensors } from "@yolo-compile/runtime";
import { CALIBRATIONS, type Calibration, histogramOf } from "./histogram.js";

/** The values that integers may take the place of. */
const calibrated = (graph: Graph): readonly Value[] => [
  ...new Set(
    graph.nodes
      .filter((node) => quantizedRole(node) !== undefined)
      .flatMap(({ inputs, outputs }) => [...inputs, ...outputs])
      .filter((value): value is Value => value?.type.dtype === "f32" && !value.constant),
  ),
];

/** The ranges of a graph's values over inputs. @throws runtime/… */
export async function calibrate(graph: Graph, inputs: readonly Tensors[], how: Calibration): Promise<Ranges> {
  const values = calibrated(graph);
  const extremes = await extremesOf(graph, values, inputs);
  const choose = CALIBRATIONS[how];
  if (!choose) return extremes;
  const histograms = new Map(values.map((value) => [value, histogramOf(extremes.get(value)!)]));
  await runAll(graph, values, inputs, (value, numbers) => histograms.get(value)!.add(numbers));
  return new Map([...histograms].map(([value, histogram]) => [value, choose(histogram)]));
}

/** The extremes of each value, reduced inside the graph, so that nothing else has to be kept. */
async function extremesOf(graph: Graph, values: readonly Value[], inputs: readonly Tensors[]): Promise<Ranges> {
  const nodes: Node[] = [...graph.nodes];
  const largest = (value: Value): Value => {
    const axes = [...value.type.shape.keys()];
    const origin = { path: "", rules: ["calibrate"] };
    const node = createNode({ op: "ReduceMax", inputs: [value], attributes: { axes, keepdims: 0 }, origin });
    nodes.push(node);
    return node.outputs[0]!;
  };
  const negated = (value: Value): Value => {
    const node = createNode({ op: "Neg", inputs: [value], origin: { path: "", rules: ["calibrate"] } });
    nodes.push(node);
    return node.outputs[0]!;
  };
  const probes = values.flatMap((value) => [largest(value), largest(negated(value))]);
  const found = values.map(() => ({ min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY }));
  const places = new Map(probes.map((probe, index) => [probe, index]));
  await runAll({ ...graph, nodes }, probes, inputs, (probe, [number = 0]) => {
    const index = places.get(probe)!;
    const range = found[Math.floor(index / 2)]!;
    if (index % 2 === 0) range.max = Math.max(range.max, number);
    else range.min = Math.min(range.min, -number);
  });
  return new Map(values.map((value, index) => [value, found[index]!]));
}

/** Runs a graph and takes the numbers of `values` for each input. */
async function runAll(
  graph: Graph,
  values: readonly Value[],
  inputs: readonly Tensors[],
  take: (value: Value, numbers: Float64Array) => void,
): Promise<void> {
  const outputs = values.map((value, index) => ({ name: `value/${index}`, value }));
  const bytes = encodeBytes({ ...graph, outputs }, { opset: OPSETS.default });
  const session = await openSession(bytes, { provider: CPU, level: "all", name: `the calibration of ${graph.name}` });
  try {
    for (const tensors of inputs) {
      const found = await session.run(tensors);
      for (const [index, value] of values.entries()) take(value, toFloat64(found.get(`value/${index}`)!));
    }
  } finally {
    await session.release();
  }
}
