import type { LazyTensor } from "@yolo-compile/core";
import { type ModelInitializers, readInitializers, startsAsModel } from "@yolo-compile/onnx";
import type { ModelRecord } from "../checkpoint.js";
import { duplicateWeight } from "../diagnostics.js";
import type { Format, OpenedFile } from "../format.js";
import { WalkBudget } from "../pickle/budget.js";
import { joinChannels } from "./join-channels.js";
import { moduleNames } from "./module-names.js";
import { parseNames } from "./names-metadata.js";

/** ONNX's own default. */
const DEFAULT_EPSILON = 1e-5;

/** An exported graph: its initializers are the weights, and the constants of its arithmetic. */
export const onnx: Format = {
  name: "onnx",
  matches: ({ head }) => startsAsModel(head),
  open({ source }, context): OpenedFile {
    const found = readInitializers(source, (name) => context.sibling(name));
    const names = moduleNames(found);
    const tensors = joinChannels(named(found, names));
    const model = recordOf(found, names);
    return { tensors, ...(model && { model }), metadata: found.metadata, notes: [], ofGraph: true };
  },
};

function named(
  { tensors }: ModelInitializers,
  names: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, LazyTensor> {
  const budget = new WalkBudget();
  const weights = new Map<string, LazyTensor>();
  for (const [initializer, tensor] of tensors)
    for (const name of names.get(initializer) ?? [initializer]) {
      if (weights.has(name)) throw duplicateWeight(name);
      budget.checkWeights(weights.size);
      weights.set(budget.checkName(name), tensor);
    }
  return weights;
}

function recordOf(found: ModelInitializers, names: ReadonlyMap<string, readonly string[]>): ModelRecord | undefined {
  const classes = parseNames(found.metadata.get("names") ?? "");
  const batchNormEps = epsilons(found, names);
  const record: ModelRecord = {
    ...(classes.size > 0 && { names: classes }),
    ...(batchNormEps.size > 0 && { batchNormEps }),
  };
  return Object.keys(record).length > 0 ? record : undefined;
}

/** `eps` of each BatchNorm by the path of its module, which its scale names. */
function epsilons(
  { nodes }: ModelInitializers,
  names: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, number> {
  const eps = new Map<string, number>();
  for (const { op, inputs, attributes } of nodes) {
    if (op !== "BatchNormalization") continue;
    const given = attributes.get("epsilon");
    const scale = inputs[1] ?? "";
    for (const name of names.get(scale) ?? [scale])
      if (name.endsWith(".weight"))
        eps.set(
          name.slice(0, -".weight".length),
          given?.kind === "float" ? shortestDecimal(given.value) : DEFAULT_EPSILON,
        );
  }
  return eps;
}

/** The shortest decimal that rounds to a float32: the number that the exporter had before it was rounded. */
function shortestDecimal(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}
