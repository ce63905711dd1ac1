import { type Diagnostic, type LazyTensor, note, sameShape } from "@yolo-compile/core";
import type { SpelledWeights } from "./spell-names.js";

/** The part of a network that the weights are for: all of it, or one row. */
export interface PartialScope {
  /** The name in the report: that of the network, or of the row's module. */
  readonly module: string;
  /** `model.`, or `model.0.` */
  readonly prefix: string;
  readonly where?: string;
}

/** A stored entry that is not loaded, and the reason. */
export interface LeftWeight {
  readonly name: string;
  readonly reason: string;
}

/** The part of a checkpoint that fits a network, and the rest. */
export interface LoadedPartially {
  /** The checkpoint's tensors that fit. */
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  readonly left: readonly LeftWeight[];
  readonly notes: readonly Diagnostic[];
}

/** The most names that are listed; the others are only counted. */
const LISTED = 8;

/**
 * Loads like EfficientViT's `update_weight`: entries of the same name and shape are taken, the others are left. The report
 * counts all entries of a state_dict, including one counter for each BatchNorm.
 */
export function loadPartial(spelled: SpelledWeights, { module, prefix, where }: PartialScope): LoadedPartially {
  const { tensors, expected } = spelled;
  const counter = (name: string): boolean =>
    name.endsWith("num_batches_tracked") && expected.has(name.replace(/num_batches_tracked$/, "running_mean"));
  const misfit = (name: string, { shape }: LazyTensor): string | undefined => {
    const weight = expected.get(name);
    if (!weight) return counter(name) ? undefined : `[${shape.join(",")}], there is no place for it`;
    return sameShape(shape, weight.shape) ? undefined : `[${shape.join(",")}], [${weight.shape.join(",")}] is needed`;
  };
  const taken = new Map<string, LazyTensor>();
  const left: LeftWeight[] = [];
  for (const [name, tensor] of tensors) {
    const reason = misfit(name, tensor);
    if (reason === undefined) taken.set(name, tensor);
    else left.push({ name, reason });
  }
  const own = [...expected.keys()].filter((name) => name.startsWith(prefix));
  const total = own.length + own.filter((name) => name.endsWith("running_mean")).length;
  const lines = left.slice(0, LISTED).map(({ name, reason }) => `left ${name} ${reason}`);
  const more = left.length > LISTED ? [`… and ${left.length - LISTED} more`] : [];
  const message = `loading weights... ${taken.size}/${total} items of ${module} under ${prefix}`;
  return {
    tensors: taken,
    left,
    notes: [{ ...note("weights/partial", message, where), details: [...lines, ...more] }],
  };
}
