import type { Tensor } from "@yolo-compile/core";
import type { Graph, Value } from "@yolo-compile/ir";
import { encodeBytes, OPSETS } from "@yolo-compile/onnx";
import { openSession, type Provider } from "@yolo-compile/runtime";

/** Named tensors, one for each input of a graph. */
export type GraphInputs = ReadonlyMap<string, Tensor>;

/** A loaded graph that returns some of its values. */
export interface ValueRunner {
  /** In the order of the values. @throws runtime/run */
  run(inputs: GraphInputs): Promise<readonly Tensor[]>;
  release(): Promise<void>;
}

/**
 * Loads a graph with `values` for outputs, ONNX Runtime's own rewriting off, since that could hide a mistake.
 * @throws runtime/load
 */
async function openValues(graph: Graph, values: readonly Value[], provider: Provider): Promise<ValueRunner> {
  const places = new Map<Value, number>();
  for (const value of values) if (!places.has(value)) places.set(value, places.size);
  const outputs = [...places].map(([value, place]) => ({ name: `value/${place}`, value }));
  const bytes = encodeBytes({ ...graph, outputs }, { opset: OPSETS.default });
  const session = await openSession(bytes, { provider, level: "disabled", name: graph.name });
  return {
    run: async (inputs) => {
      const results = [...(await session.run(inputs)).values()];
      return values.map((value) => results[places.get(value)!]!);
    },
    release: () => session.release(),
  };
}

/** The tensors of `values` for each input. @throws runtime/… */
export async function runValues(
  graph: Graph,
  values: readonly Value[],
  inputs: readonly GraphInputs[],
  provider: Provider,
): Promise<(readonly Tensor[])[]> {
  if (values.length === 0) return inputs.map(() => []);
  const runner = await openValues(graph, values, provider);
  try {
    const results: (readonly Tensor[])[] = [];
    for (const each of inputs) results.push(await runner.run(each));
    return results;
  } finally {
    await runner.release();
  }
}

/** The tensors of `values` for one input. @throws runtime/… */
export async function valuesOn(
  graph: Graph,
  values: readonly Value[],
  inputs: GraphInputs,
  provider: Provider,
): Promise<readonly Tensor[]> {
  const [tensors = []] = await runValues(graph, values, [inputs], provider);
  return tensors;
}
