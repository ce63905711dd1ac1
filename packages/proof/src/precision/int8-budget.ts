import { type CompiledGraphs, type Int8Request, lowerPrecision } from "@yolo-compile/compiler";
import { groupBy } from "@yolo-compile/core";
import type { Graph, Node } from "@yolo-compile/ir";
import { encodeBytes, OPSETS } from "@yolo-compile/onnx";
import { planQuantized, quantize, runPasses } from "@yolo-compile/passes";
import { CPU, compareTensors, type ExpectedCase, openSession, type Tensors } from "@yolo-compile/runtime";
import { readerOf } from "../endings/reader-of.js";
import type { VerifyInput } from "../verify-inputs/index.js";
import { detectionsOf, detectionVerdict, INT8_PROMISE } from "./same-detections.js";

/** The most inputs on which rows are measured alone. */
const MEASURED = 3;

/** A yaml row's nodes that would be quantised, and what that alone costs. */
interface RowCost {
  readonly row: string;
  readonly nodes: readonly Node[];
  /** The largest error of an output in its unit. */
  readonly error: number;
}

/** `model.17.m.0.cv1.conv` -> `model.17` */
const rowOf = ({ origin: { path } }: Node): string => /^[^.]*\.\d+/.exec(path)?.[0] ?? path;

/**
 * Adds rows that stay in float32 to a request, those first that cost most when they alone are quantised, until the detections
 * on the pictures agree, or no row is left.
 * @throws runtime/…
 */
export async function keepWithinBudget(
  graphs: CompiledGraphs,
  request: Int8Request,
  cases: readonly ExpectedCase<VerifyInput>[],
  onStep: (step: string) => void,
): Promise<Int8Request> {
  const shown = cases.filter(({ input }) => input.pictures);
  if (await agrees(graphs, request, shown)) return request;
  onStep("what each row costs in int8");
  const costs = await rowCosts(graphs, request, shown.slice(0, MEASURED));
  for (let count = 1; count <= costs.length; count += Math.max(1, Math.floor(count / 2))) {
    onStep(`int8 with ${count} rows in float32`);
    const kept = { ...request, beyond: beyondOf(costs.slice(0, count)) };
    if (await agrees(graphs, kept, shown)) return kept;
  }
  return { ...request, beyond: beyondOf(costs) };
}

const beyondOf = (costs: readonly RowCost[]): ReadonlyMap<Node, string> =>
  new Map(
    costs.flatMap(({ row, nodes, error }) =>
      nodes.map((node) => [node, `${row} alone moves outputs by ${error.toPrecision(2)} of their unit`] as const),
    ),
  );

/** Whether the detections on the pictures are what int8 promises. */
async function agrees(
  graphs: CompiledGraphs,
  request: Int8Request,
  cases: readonly ExpectedCase<VerifyInput>[],
): Promise<boolean> {
  const lowered = lowerPrecision(graphs, request);
  const outputs = await runAll(lowered.graphs.optimized, cases);
  const pictures = cases.flatMap((expected, index) => {
    const run = { expected, outputs: outputs[index]!, provider: CPU, level: "all" } as const;
    return detectionsOf(run, readerOf(lowered.graphs), INT8_PROMISE);
  });
  return detectionVerdict(pictures, INT8_PROMISE).ok;
}

/** What each row costs when it alone is quantised, the dearest first. */
async function rowCosts(
  { optimized, outputs: layouts }: CompiledGraphs,
  request: Int8Request,
  cases: readonly ExpectedCase<VerifyInput>[],
): Promise<RowCost[]> {
  const { ranges } = request;
  const rows = groupBy([...planQuantized(optimized, request).nodes], rowOf);
  const exact = await runAll(optimized, cases);
  const costs: RowCost[] = [];
  for (const [row, nodes] of rows) {
    const { graph } = runPasses(optimized, [quantize({ ranges, nodes: new Set(nodes) })]);
    const found = await runAll(graph, cases);
    const errors = found.flatMap((outputs, index) =>
      [...outputs].map(([name, tensor]) => {
        const layout = layouts.find(({ output }) => output === name);
        return compareTensors(name, exact[index]!.get(name)!, tensor, layout).maxRel;
      }),
    );
    costs.push({ row, nodes, error: Math.max(0, ...errors) });
  }
  return costs.sort((a, b) => b.error - a.error);
}

async function runAll(graph: Graph, cases: readonly ExpectedCase<VerifyInput>[]): Promise<Tensors[]> {
  const bytes = encodeBytes(graph, { opset: OPSETS.default });
  const session = await openSession(bytes, { provider: CPU, level: "all", name: graph.name });
  try {
    const found: Tensors[] = [];
    for (const { input } of cases) found.push(await session.run(input.tensors));
    return found;
  } finally {
    await session.release();
  }
}
