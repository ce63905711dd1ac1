import {
  castTensor,
  type Diagnostic,
  elementCount,
  isCompileError,
  isFloat,
  type LazyTensor,
  note,
} from "@yolo-compile/core";
import {
  type ExpectedWeight,
  type Network,
  type PlannedLayer,
  type TracedNetwork,
  type TraceRequest,
  traceNetwork,
  type WeightSource,
} from "@yolo-compile/network";
import type { Checkpoint } from "@yolo-compile/weights";

/** The images of a walk: height and width, and the batch. */
export type ImageRequest = Pick<TraceRequest, "size" | "batch">;

/** A checkpoint's tensors under the names of the network. */
export interface SpelledWeights {
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  /** The walk, where its constants read these tensors. */
  readonly traced?: TracedNetwork;
  /** The weights that the network needs when its modules adapt to these tensors. */
  readonly expected: ReadonlyMap<string, ExpectedWeight>;
  readonly ignored: ReadonlyMap<string, string>;
  readonly notes: readonly Diagnostic[];
  /** Set where the checkpoint holds this row and nothing else. */
  readonly alone?: PlannedLayer;
}

interface Spelling {
  readonly rename: (name: string) => string;
  /** The change of names, for a note; absent where names stay. */
  readonly said?: string;
  readonly alone?: PlannedLayer;
}

/**
 * The ways to rename a state_dict: that of the list of rows starts at `0.conv.weight`; that of a wrapper around the model,
 * at `model.model.0.…`.
 */
const spellings = ({ config: { root } }: Network): Spelling[] => [
  { rename: (name) => name },
  { rename: (name) => `${root}.${name}`, said: `\`${root}.\` was put before every name` },
  { rename: (name) => name.replace(/^[^.]+\./, ""), said: "the first part of every name was dropped" },
];

/** The same for each backbone that returns a list: it is a network of its own, whose checkpoints lack `model.0.` */
const aloneSpellings = ({ config: { root }, layers }: Network): Spelling[] =>
  layers
    .filter(({ plan }) => typeof plan.channels !== "number")
    .map((alone) => ({ rename: (name) => `${root}.${alone.row}.${name}`, alone }));

/**
 * Finds the spelling of a checkpoint's names under which it has most of the weights that the network needs.
 * @throws what the modules throw where the network cannot be traced under any spelling
 */
export function spellNames(network: Network, checkpoint: Checkpoint, image: ImageRequest): SpelledWeights {
  let best: { spelled: SpelledWeights; hits: number } | undefined;
  let problem: unknown;
  for (const spelling of [...spellings(network), ...aloneSpellings(network)]) {
    try {
      const spelled = spell(network, checkpoint, image, spelling);
      const needed = [...spelled.expected.values()];
      const hits = needed.filter(({ name }) => spelled.tensors.has(name)).length;
      if (!best || hits > best.hits) best = { spelled, hits };
      if (needed.every(({ name, fallback }) => fallback || spelled.tensors.has(name))) break;
    } catch (error) {
      // Modules adapt to what is stored: under names that they do not find, an image size may not work.
      if (!isCompileError(error)) throw error;
      problem ??= error;
    }
  }
  if (!best || (best.hits === 0 && problem !== undefined)) throw problem;
  return best.spelled;
}

/** A checkpoint's knowledge of modules, besides their weights. */
export function knownModules({ model }: Checkpoint): Pick<WeightSource, "batchNormEps" | "isIdentity"> {
  const identities = new Set(model?.identities);
  return { batchNormEps: (path) => model?.batchNormEps?.get(path), isIdentity: (path) => identities.has(path) };
}

function spell(
  network: Network,
  checkpoint: Checkpoint,
  image: ImageRequest,
  { rename, said, alone }: Spelling,
): SpelledWeights {
  const stored = new Map([...checkpoint.tensors].map(([name, tensor]) => [rename(name), tensor]));
  const weights = {
    get: (name: string) => stored.get(name),
    ...knownModules(checkpoint),
  };
  const traced = traceNetwork(network, { ...image, weights });
  const spelled = asTheyAre(stored, traced);
  const spelling = said ? [note("weights/prefix", `${said} to fit the yaml's names`)] : [];
  const notes = [...spelling, ...spelled.notes];
  if (!checkpoint.flat) return { ...spelled, notes, ...(alone && { alone }) };
  const { expected, ignored } = spelled;
  return { tensors: shaped(stored, expected), expected, ignored, notes, ...(alone && { alone }) };
}

/** Tensors that have the network's names, with the walk whose constants read them. */
export function asTheyAre(tensors: ReadonlyMap<string, LazyTensor>, traced: TracedNetwork): SpelledWeights {
  const { expected, ignored, notes } = traced.trace;
  return { tensors, traced, expected, ignored, notes };
}

/**
 * Gives vectors the network's shapes where the number of elements agrees, and makes integers of floats where it needs
 * these.
 */
function shaped(
  flat: ReadonlyMap<string, LazyTensor>,
  expected: ReadonlyMap<string, ExpectedWeight>,
): ReadonlyMap<string, LazyTensor> {
  const shapedAs = (tensor: LazyTensor, wanted: ExpectedWeight | undefined): LazyTensor => {
    if (!wanted || elementCount(wanted.shape) !== elementCount(tensor.shape)) return tensor;
    const { shape } = wanted;
    const dtype = isFloat(wanted.dtype) ? tensor.dtype : wanted.dtype;
    return { dtype, shape, read: () => ({ ...castTensor(tensor.read(), dtype), shape }) };
  };
  return new Map([...flat].map(([name, tensor]) => [name, shapedAs(tensor, expected.get(name))]));
}
