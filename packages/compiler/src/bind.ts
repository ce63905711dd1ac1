import { type Diagnostic, note } from "@yolo-compile/core";
import { type Network, networkNotes, type TracedNetwork, traceNetwork, type WeightSource } from "@yolo-compile/network";
import type { Checkpoint } from "@yolo-compile/weights";
import { weightsMisfit } from "./diagnostics.js";
import type { LeftWeight } from "./load-partial.js";
import { type MatchOptions, matchWeights, type WeightMatch } from "./match-weights.js";
import { type ImageRequest, knownModules } from "./spell-names.js";

/** The outcome of matching a checkpoint's weights with a network. */
export interface BoundWeights {
  /** The checkpoint's name. */
  readonly file: string;
  readonly used: number;
  /** Stored, but needed by no graph: counters, grids that are computed anew. */
  readonly unused: readonly string[];
  /** Needed, but taken from the fallback checkpoint. */
  readonly filled: readonly string[];
  /** Stored, but left out, as partial loading does. */
  readonly left: readonly LeftWeight[];
  readonly notes: readonly Diagnostic[];
}

/** A network whose constants read the weights that are bound to it. */
export interface BoundNetwork {
  readonly weights: BoundWeights;
  /** The bound tensors, for another walk. */
  readonly source: WeightSource;
  readonly traced: TracedNetwork;
}

/** Whether a part of the weights is enough, and the source of the rest. */
export interface BindOptions extends MatchOptions {
  /** The source of missing weights where the checkpoint holds only a part. */
  readonly fillFrom?: Checkpoint;
}

/**
 * Matches a checkpoint with what the network needs, by state_dict name. Where the checkpoint is one of the backbone alone,
 * or a part is enough, `fillFrom` gives the rest.
 * @throws weights/missing, weights/shape, weights/extra with everything that does not fit; weights/dtype
 */
export function bindWeights(
  network: Network,
  checkpoint: Checkpoint,
  image: ImageRequest,
  { fillFrom, ...options }: BindOptions = {},
): BoundNetwork {
  const match = matchWeights(network, checkpoint, image, options);
  const { missing, wrongShape, extra, left } = match;
  const filled = left && fillFrom ? missing.filter(({ name }) => fillFrom.tensors.has(name)) : [];
  const nothing = options.partial && match.used.length === 0;
  if (nothing || missing.length - filled.length + wrongShape.length + extra.length > 0)
    throw weightsMisfit({ ...match, checkpoint: checkpoint.name, notes: unusualNotes(match, network, image.size) });
  const unneeded =
    fillFrom && !left ? [note("weights/stand-in", `nothing is missing, ${fillFrom.name} are not used`)] : [];
  const names = filled.map(({ name }) => name);
  const weights = {
    file: checkpoint.name,
    used: match.used.length,
    unused: match.notNeeded,
    filled: names,
    left: left ?? [],
    notes: [...match.notes, ...unneeded, ...notesOn(match, names, fillFrom?.name)],
  };
  const source = sourceOf(match, checkpoint, filled.length > 0 ? fillFrom : undefined);
  return { weights, source, traced: match.traced ?? traceNetwork(network, { ...image, weights: source }) };
}

const sourceOf = (
  { tensors }: WeightMatch,
  checkpoint: Checkpoint,
  fillFrom: Checkpoint | undefined,
): WeightSource => ({
  get: (name) => tensors.get(name) ?? fillFrom?.tensors.get(name),
  ...knownModules(checkpoint),
});

/** Notes that the modules do not make without weights too: only those concern a misfit. */
function unusualNotes({ notes }: WeightMatch, network: Network, size: ImageRequest["size"]): Diagnostic[] {
  const usual = new Set(networkNotes(network, size).map(({ message }) => message));
  return notes.filter(({ message }) => !usual.has(message));
}

/** Notes on replacements for missing weights, and on stored ones that are ignored. */
function notesOn(
  { fallbacks, ignored }: WeightMatch,
  filled: readonly string[],
  filler: string | undefined,
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
            `${named(filled)} not in the weights, ${filler} stand in: the answers mean nothing yet`,
          ),
        ]
      : []),
    ...reasons.map(({ reason, names }) => note("weights/ignored", `${named(names)} left out: ${reason}`)),
  ];
}

/** `a.b is`, or `7 entries (a.b, …) are` */
const named = (names: readonly string[]): string =>
  names.length === 1 ? `${names[0]} is` : `${names.length} entries (${names[0]}, …) are`;
