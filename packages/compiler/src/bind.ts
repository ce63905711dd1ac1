import { type Diagnostic, isFloat, type LazyTensor, sameShape } from "@yolo-compile/core";
import type { Checkpoint } from "@yolo-compile/weights";
import { type ExpectedWeight, type Network, traceNetwork, type WeightSource } from "@yolo-compile/yolov5";
import { type Misfit, note, type TensorNamed, weightsMisfit, wrongElementType } from "./diagnostics.js";
import { suggestFit } from "./suggest-fit.js";

/** Weights that fit a network, and what became of each. */
export interface BoundWeights {
  /** Where they come from. */
  readonly file: string;
  readonly source: WeightSource;
  readonly used: number;
  /** Stored, but needed by no graph: counters, grids that are computed anew. */
  readonly unused: readonly string[];
  readonly notes: readonly Diagnostic[];
}

/** Entries of real checkpoints that inference does not need: training counters, v5.0's copy of the anchors. */
const NOT_NEEDED = /(^|\.)(num_batches_tracked|anchor_grid|total_ops|total_params)$/;

/**
 * Matches a checkpoint with what the network needs, by state_dict name.
 * @throws weights/missing, weights/shape, weights/extra with everything that does not fit; weights/dtype
 */
export function bindWeights(network: Network, checkpoint: Checkpoint, size: readonly [number, number]): BoundWeights {
  const renamed = withModelPrefix(network, checkpoint, size);
  const source: WeightSource = {
    get: (name) => renamed.tensors.get(name),
    batchNormEps: (path) => checkpoint.model?.batchNormEps?.get(path),
  };
  const expected = traceNetwork(network, { size, weights: source }).trace.expected;
  const { missing, wrongShape, fallbacks } = compare(expected, renamed.tensors, checkpoint.name);
  const leftOver = [...renamed.tensors].filter(([name]) => !expected.has(name));
  const extra = leftOver.filter(([name]) => !NOT_NEEDED.test(name)).map(([name, type]) => ({ ...type, name }));
  if (missing.length + wrongShape.length + extra.length > 0) {
    const suggestion = suggestFit(network.config, renamed.tensors);
    throw weightsMisfit({
      checkpoint: checkpoint.name,
      missing,
      extra,
      wrongShape,
      ...(suggestion && { suggestion }),
    });
  }
  return {
    file: checkpoint.name,
    source,
    used: expected.size - fallbacks.length,
    unused: leftOver.map(([name]) => name),
    notes: [
      ...renamed.notes,
      ...fallbacks.map((name) => note("weights/fallback", `${name} is not in the weights, the yaml's value is used`)),
    ],
  };
}

interface Renamed {
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  readonly notes: readonly Diagnostic[];
}

/** state_dicts of `model.model` start at `0.conv.weight`, those of a wrapper at `model.model.0.…`. */
function withModelPrefix(network: Network, { tensors }: Checkpoint, size: readonly [number, number]): Renamed {
  const expected = traceNetwork(network, { size }).trace.expected;
  const spellings = [
    { rename: (name: string) => name, said: undefined },
    { rename: (name: string) => `model.${name}`, said: "`model.` was put before every name" },
    { rename: (name: string) => name.replace(/^[^.]+\./, ""), said: "the first part of every name was dropped" },
  ];
  const scored = spellings.map((spelling) => ({
    ...spelling,
    hits: [...tensors.keys()].filter((name) => expected.has(spelling.rename(name))).length,
  }));
  const best = scored.reduce((a, b) => (b.hits > a.hits ? b : a));
  if (best.said === undefined) return { tensors, notes: [] };
  return {
    tensors: new Map([...tensors].map(([name, tensor]) => [best.rename(name), tensor])),
    notes: [note("weights/prefix", `${best.said} to fit the yaml's names`)],
  };
}

interface Comparison {
  readonly missing: TensorNamed[];
  readonly wrongShape: Misfit[];
  /** Names whose stand-in from the yaml is used. */
  readonly fallbacks: string[];
}

function compare(
  expected: ReadonlyMap<string, ExpectedWeight>,
  stored: ReadonlyMap<string, LazyTensor>,
  checkpoint: string,
): Comparison {
  const result: Comparison = { missing: [], wrongShape: [], fallbacks: [] };
  for (const weight of expected.values()) {
    const found = stored.get(weight.name);
    if (found && !sameShape(found.shape, weight.shape))
      result.wrongShape.push({ name: weight.name, found, expected: weight });
    else if (found && isFloat(weight.dtype) !== isFloat(found.dtype))
      throw wrongElementType(checkpoint, weight.name, found);
    else if (!found) {
      if (weight.fallback) result.fallbacks.push(weight.name);
      else result.missing.push(weight);
    }
  }
  return result;
}
