import type { LayerComparison, LayerRow } from "@yolo-compile/report";
import { CPU, type Provider, type Tolerance } from "@yolo-compile/runtime";
import type { VerifyInput } from "../verify-inputs/index.js";
import { alignNames } from "./align-names.js";
import {
  type LayerComparison as Compared,
  compareLayers,
  compareWhole,
  isWithin,
  statisticsOf,
} from "./compare-layers.js";
import { openForeign } from "./foreign-graph.js";
import { printedShape, rowIdentity } from "./row-diagram.js";
import { valuesOn } from "./run-values.js";
import type { CompiledSubject, ModelFile } from "./subject.js";

/** Options of comparing layers: the reference runs on the CPU, the candidate on `provider`. */
export interface LayersOptions {
  readonly input: VerifyInput;
  readonly provider: Provider;
  readonly tolerance: Tolerance;
}

/** Every yaml row, with the worst of its outputs. @throws runtime/… */
export async function layersOfCompiled(
  { compiled }: CompiledSubject,
  { input, provider, tolerance }: LayersOptions,
): Promise<LayerComparison> {
  const found = await compareLayers({ source: compiled, inputs: input.tensors, provider, tolerance }, CPU);
  const rows = compiled.layers.map((layer) => {
    const outputs = found.filter((each) => each.layer.row === layer.row);
    return { ...rowIdentity(layer, compiled.layers), ...statusOf(outputs) };
  });
  return { input: input.name, provider: provider.name, tolerance, rows };
}

type Status<Row> = Row extends LayerRow ? Omit<Row, "index" | "module" | "where" | "from" | "shapes"> : never;

function statusOf(outputs: readonly Compared[]): Status<LayerRow> {
  const compared = outputs.flatMap((each) => each.compared ?? []);
  const [worst] = [...compared].sort((a, b) => b.nonFinite - a.nonFinite || b.maxRel - a.maxRel);
  if (!worst || compared.length < outputs.length)
    return {
      status: "uncovered",
      reason: "a rewrite took the value apart: no value of the optimised graph is equal to it",
    };
  const { maxAbs, maxRel, nonFinite, statistics } = worst;
  return { status: "compared", maxAbs, maxRel, nonFinite, statistics, ok: compared.every(({ ok }) => ok) };
}

/** The values that have the same name in two models. @throws onnx/… for a model that cannot be decoded, runtime/… */
export async function layersOfModels(
  reference: ModelFile,
  candidate: ModelFile,
  { input, provider, tolerance }: LayersOptions,
): Promise<LayerComparison> {
  // At the sizes of this run, so that models that leave others open have values of the same types.
  const [plain, other] = [openForeign(reference, input.tensors), openForeign(candidate, input.tensors)];
  const pairs = alignNames(plain.graph, other.graph);
  const expected = await valuesOn(
    plain.graph,
    pairs.map((pair) => pair.reference),
    plain.inputs,
    CPU,
  );
  const found = await valuesOn(
    other.graph,
    pairs.map((pair) => pair.candidate),
    other.inputs,
    provider,
  );
  const rows = pairs.map(({ name, node, reference: value }, index): LayerRow => {
    const difference = compareWhole(name, expected[index]!, found[index]!);
    const { maxAbs, maxRel, nonFinite } = difference;
    const ok = isWithin(difference, tolerance);
    const statistics = statisticsOf(expected[index]!);
    const subject = { index, module: node.op, where: name, from: [], shapes: [printedShape(value)] };
    return { ...subject, status: "compared", maxAbs, maxRel, nonFinite, statistics, ok };
  });
  return { input: input.name, provider: provider.name, tolerance, rows };
}
