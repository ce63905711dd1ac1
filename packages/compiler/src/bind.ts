import { type Diagnostic, isFloat, type LazyTensor, sameShape } from "@yolo-compile/core";
import type { Checkpoint } from "@yolo-compile/weights";
import { type ExpectedWeight, type Network, networkNotes, type WeightSource } from "@yolo-compile/yolov5";
import { type Misfit, note, rowAlone, type TensorNamed, weightsMisfit, wrongElementType } from "./diagnostics.js";
import { loadAlone } from "./load-alone.js";
import { spellNames } from "./spell-names.js";
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
 * Matches a checkpoint with what the network needs, by state_dict name. Where the checkpoint is one of the backbone alone,
 * `standIn` gives the rest.
 * @throws weights/missing, weights/shape, weights/extra with everything that does not fit; weights/dtype
 */
export function bindWeights(
  network: Network,
  checkpoint: Checkpoint,
  size: readonly [number, number],
  standIn?: Checkpoint,
): BoundWeights {
  const spelled = spellNames(network, checkpoint, size);
  const { expected, alone } = spelled;
  const loaded = alone ? loadAlone(spelled, alone) : { tensors: spelled.tensors, notes: [] };
  const { missing, wrongShape, fallbacks } = compare(expected, loaded.tensors, checkpoint.name);
  const leftOver = [...loaded.tensors].filter(([name]) => !expected.has(name));
  const extra = leftOver
    .filter(([name]) => !NOT_NEEDED.test(name) && !spelled.ignored.has(name))
    .map(([name, type]) => ({ ...type, name }));
  const filled = alone && standIn ? missing.filter(({ name }) => standIn.tensors.has(name)) : [];
  const notes = [...spelled.notes, ...loaded.notes];
  if (standIn && !alone) notes.push(note("weights/stand-in", `nothing is missing, ${standIn.name} are not used`));
  if (missing.length - filled.length + wrongShape.length + extra.length > 0) {
    // What modules say without weights has nothing to do with a misfit.
    const usual = new Set(networkNotes(network, size).map(({ message }) => message));
    const suggestion = alone ? rowAlone(alone.where, alone.module) : suggestFit(network.config, loaded.tensors);
    throw weightsMisfit({
      checkpoint: checkpoint.name,
      missing,
      extra,
      wrongShape,
      notes: notes.filter(({ message }) => !usual.has(message)),
      ...(suggestion && { suggestion }),
    });
  }
  const source: WeightSource = {
    get: (name) => loaded.tensors.get(name) ?? (filled.length > 0 ? standIn?.tensors.get(name) : undefined),
    batchNormEps: (path) => checkpoint.model?.batchNormEps?.get(path),
  };
  return {
    file: checkpoint.name,
    source,
    used: expected.size - fallbacks.length - filled.length,
    unused: leftOver.map(([name]) => name),
    notes: [...notes, ...notesOn(fallbacks, filled, spelled.ignored, standIn?.name)],
  };
}

/** What stands in for weights that are not stored, and what is stored for nothing. */
function notesOn(
  fallbacks: readonly string[],
  filled: readonly TensorNamed[],
  ignored: ReadonlyMap<string, string>,
  standIn: string | undefined,
): Diagnostic[] {
  const reasons = [...new Set(ignored.values())].map((reason) => ({
    reason,
    names: [...ignored].filter(([, other]) => other === reason).map(([name]) => name),
  }));
  return [
    ...(fallbacks.length > 0
      ? [note("weights/fallback", `${named(fallbacks)} not in the weights, what the yaml says is used`)]
      : []),
    ...(filled.length > 0
      ? [
          note(
            "weights/filled",
            `${named(filled.map(({ name }) => name))} not in the weights, ${standIn} stand in: the answers mean nothing yet`,
          ),
        ]
      : []),
    ...reasons.map(({ reason, names }) => note("weights/ignored", `${named(names)} left out: ${reason}`)),
  ];
}

/** `a.b is`, or `7 entries (a.b, …) are` */
const named = (names: readonly string[]): string =>
  names.length === 1 ? `${names[0]} is` : `${names.length} entries (${names[0]}, …) are`;

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
