import type { Tensor } from "@yolo-compile/core";
import type { Graph, Value } from "@yolo-compile/ir";
import { encodeBytes, OPSETS } from "@yolo-compile/onnx";
import { type OptimizationLevel, openSession, type Provider } from "@yolo-compile/runtime";

/** Where and how a graph runs. */
export interface RunSettings {
  readonly provider: Provider;
  readonly level: OptimizationLevel;
}

/** Named tensors, one for each input of a graph. */
export type GraphInputs = ReadonlyMap<string, Tensor>;

/**
 * What `values` are when `graph` runs, in their order. They become outputs, so ONNX Runtime keeps them apart: that is exact
 * where its own rewriting is off, and slower than the graph alone.
 * @throws runtime/…
 */
export async function runTaps(
  graph: Graph,
  values: readonly Value[],
  inputs: GraphInputs,
  { provider, level }: RunSettings,
): Promise<readonly Tensor[]> {
  if (values.length === 0) return [];
  const distinct = [...new Set(values)];
  const outputs = distinct.map((value, index) => ({ name: `tap/${index}`, value }));
  const bytes = encodeBytes({ ...graph, outputs }, { opset: OPSETS.default });
  const session = await openSession(bytes, { provider, level, name: graph.name });
  try {
    const results = [...(await session.run(inputs)).values()];
    return values.map((value) => results[distinct.indexOf(value)]!);
  } finally {
    await session.release();
  }
}
