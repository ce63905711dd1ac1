import type { CompiledGraphs } from "@yolo-compile/compiler";
import { type Diagnostic, note } from "@yolo-compile/core";
import type { TracedLayer } from "@yolo-compile/network";
import type { LayerComparison, LayerRow } from "@yolo-compile/report";
import { type Divergence, findDivergence } from "./divergence.js";
import { openForeign } from "./foreign-graph.js";
import type { LayersOptions } from "./layer-rows.js";
import { type MatchedOutput, matchRows } from "./match-rows.js";
import { rowIdentity } from "./row-diagram.js";
import type { ModelFile } from "./subject.js";

/** The rows of a source in a foreign model, and where the model begins to differ. */
export interface ForeignLayers {
  readonly layers: LayerComparison;
  readonly divergence?: Divergence;
  readonly notes: readonly Diagnostic[];
}

/**
 * Compares every yaml row of a source with a model of another tool. A row whose value the model does not have counts as taken
 * apart where a row that depends on it agrees.
 * @throws onnx/… for a model that cannot be decoded, runtime/…
 */
export async function compareForeign(
  source: CompiledGraphs,
  candidate: ModelFile,
  { input, provider, tolerance }: LayersOptions,
): Promise<ForeignLayers> {
  const foreign = openForeign(candidate, input.tensors);
  const matched = await matchRows({ source, foreign, inputs: input.tensors, provider, tolerance });
  const agreed = agreedBehind(source.layers, matched);
  const rows = source.layers.map((layer): LayerRow => {
    const outputs = matched.filter((each) => each.layer === layer);
    return { ...rowIdentity(layer, source.layers), ...statusOf(outputs, agreed.has(layer)) };
  });
  const first = rows.findIndex((row) => row.status === "compared" && !row.ok);
  const layer = source.layers[first];
  const divergence =
    layer && (await findDivergence({ source, foreign, layer, matched, inputs: input.tensors, provider, tolerance }));
  return {
    layers: { input: input.name, provider: provider.name, tolerance, rows },
    ...(divergence && { divergence }),
    notes: [howFound(matched, candidate.name)],
  };
}

/** The rows that a row depends on that agrees, directly or not. */
function agreedBehind(layers: readonly TracedLayer[], matched: readonly MatchedOutput[]): ReadonlySet<TracedLayer> {
  const agreed = new Set<TracedLayer>();
  for (const layer of [...layers].reverse()) {
    const own = matched.filter((each) => each.layer === layer);
    if (!agreed.has(layer) && !(own.length > 0 && own.every(({ nearest }) => nearest?.ok))) continue;
    for (const slot of layer.sources) {
      const source = slot === -1 ? undefined : layers.find((each) => each.slot >= slot);
      if (source) agreed.add(source);
    }
  }
  return agreed;
}

type Status<Row> = Row extends LayerRow ? Omit<Row, "index" | "module" | "where" | "from" | "shapes"> : never;

function statusOf(outputs: readonly MatchedOutput[], isAgreed: boolean): Status<LayerRow> {
  const found = outputs.flatMap(({ nearest, statistics }) => (nearest ? [{ ...nearest, statistics }] : []));
  const ok = found.length === outputs.length && found.every((each) => each.ok);
  if (!ok && isAgreed)
    return { status: "uncovered", reason: "the model has no such value, but one that depends on it agrees" };
  const [worst] = [...found].sort(
    (a, b) => b.difference.nonFinite - a.difference.nonFinite || b.difference.maxRel - a.difference.maxRel,
  );
  if (!worst || found.length < outputs.length)
    return { status: "uncovered", reason: "no value of the model is near it, and none has the row's name" };
  const { difference, statistics } = worst;
  const { maxAbs, maxRel, nonFinite } = difference;
  return { status: "compared", maxAbs, maxRel, nonFinite, statistics, ok };
}

function howFound(matched: readonly MatchedOutput[], model: string): Diagnostic {
  const found = matched.filter(({ nearest }) => nearest);
  const named = found.filter(({ by }) => by === "name").length;
  const parts = [
    `${named} of ${matched.length} outputs of rows were found in ${model} by the names of its nodes`,
    ...(found.length > named ? [`${found.length - named} by their values`] : []),
    ...(matched.length > found.length ? [`${matched.length - found.length} not`] : []),
  ];
  return note("verify/rows", parts.join(", "));
}
