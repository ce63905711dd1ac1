import { type Diagnostic, isFloat, type LazyTensor, sameShape } from "@yolo-compile/core";
import type { ExpectedWeight, Network, TracedNetwork } from "@yolo-compile/network";
import type { Checkpoint } from "@yolo-compile/weights";
import { type Misfit, rowAlone, type TensorNamed, wrongElementType } from "./diagnostics.js";
import { type LeftWeight, loadPartial, type PartialScope } from "./load-partial.js";
import { isNotNeeded } from "./not-needed.js";
import { type ImageRequest, type SpelledWeights, spellNames } from "./spell-names.js";
import { suggestFit } from "./suggest-fit.js";

/** A checkpoint's entries and a network's needs, matched under the network's names. */
export interface WeightMatch {
  /** Whether nothing is missing, misshapen or left over. */
  readonly fits: boolean;
  /** The tensors that fit. */
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  readonly expected: ReadonlyMap<string, ExpectedWeight>;
  /** Names of the network that have a tensor. */
  readonly used: readonly string[];
  readonly missing: readonly TensorNamed[];
  readonly wrongShape: readonly Misfit[];
  /** Stored, but the network has no place for it. */
  readonly extra: readonly TensorNamed[];
  /** Stored, but needed by no graph: counters, grids that are computed anew. */
  readonly notNeeded: readonly string[];
  /** Names whose value comes from the yaml. */
  readonly fallbacks: readonly string[];
  /** Stored names that inference must not use, with the reason. */
  readonly ignored: ReadonlyMap<string, string>;
  /** The entries that are left out, where a part is enough or is all there is. */
  readonly left?: readonly LeftWeight[];
  readonly notes: readonly Diagnostic[];
  /** A walk through the network whose constants read these tensors, where one was made. */
  readonly traced?: TracedNetwork;
  /** A change of the yaml that would make it fit. */
  readonly suggestion?: string;
}

/** Options of {@link matchWeights}. */
export interface MatchOptions {
  /** Takes the weights that fit and leaves the rest. */
  readonly partial?: boolean;
  /** The tensors under the network's names, where these are known. */
  readonly spelled?: SpelledWeights;
}

/**
 * Matches a checkpoint with the weights that a network needs, by state_dict name. With `partial`, and where the checkpoint
 * is one of a single row, what does not fit is left out instead of being wrong.
 * @throws weights/dtype
 */
export function matchWeights(
  network: Network,
  checkpoint: Checkpoint,
  image: ImageRequest,
  { partial = false, spelled = spellNames(network, checkpoint, image) }: MatchOptions = {},
): WeightMatch {
  const { expected, ignored, alone } = spelled;
  const scope = partial || alone ? scopeOf(network, spelled) : undefined;
  const loaded = scope ? loadPartial(spelled, scope) : { tensors: spelled.tensors, notes: [] };
  const compared = compare(expected, loaded.tensors, checkpoint.name);
  const leftOver = [...loaded.tensors].filter(([name]) => !expected.has(name));
  const unneeded = isNotNeeded(network.config);
  // The constants of a graph are no weights.
  const isExtra = (name: string): boolean => !checkpoint.ofGraph && !unneeded(name) && !ignored.has(name);
  const extra = leftOver.filter(([name]) => isExtra(name)).map(([name, type]) => ({ ...type, name }));
  const fits = compared.missing.length + compared.wrongShape.length + extra.length === 0;
  const suggestion = fits
    ? undefined
    : alone
      ? rowAlone(alone.where, alone.module)
      : suggestFit(network, spelled.tensors);
  return {
    ...loaded,
    ...compared,
    fits,
    expected,
    ignored,
    extra,
    notNeeded: leftOver.map(([name]) => name).filter((name) => !isExtra(name)),
    notes: [...spelled.notes, ...loaded.notes],
    ...(spelled.traced && !scope && { traced: spelled.traced }),
    ...(suggestion && { suggestion }),
  };
}

function scopeOf({ config }: Network, { alone }: SpelledWeights): PartialScope {
  if (!alone) return { module: config.name, prefix: `${config.root}.` };
  return { module: alone.module, prefix: `${config.root}.${alone.row}.`, where: alone.where };
}

type Comparison = Pick<WeightMatch, "used" | "missing" | "wrongShape" | "fallbacks">;

function compare(
  expected: ReadonlyMap<string, ExpectedWeight>,
  stored: ReadonlyMap<string, LazyTensor>,
  checkpoint: string,
): Comparison {
  const used: string[] = [];
  const missing: TensorNamed[] = [];
  const wrongShape: Misfit[] = [];
  const fallbacks: string[] = [];
  for (const weight of expected.values()) {
    const { name } = weight;
    const found = stored.get(name);
    if (found && !sameShape(found.shape, weight.shape)) wrongShape.push({ name, found, expected: weight });
    else if (found && isFloat(weight.dtype) !== isFloat(found.dtype))
      throw wrongElementType(checkpoint, { name, found, expected: weight });
    else if (found) used.push(name);
    else if (weight.fallback) fallbacks.push(name);
    else missing.push(weight);
  }
  return { used, missing, wrongShape, fallbacks };
}
