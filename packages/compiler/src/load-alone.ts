import { type Diagnostic, type LazyTensor, sameShape } from "@yolo-compile/core";
import type { PlannedLayer } from "@yolo-compile/yolov5";
import { note } from "./diagnostics.js";
import type { SpelledWeights } from "./spell-names.js";

export interface LoadedAlone {
  /** Those of the checkpoint's tensors that the row can take. */
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  readonly notes: readonly Diagnostic[];
}

/** More names than this are counted only. */
const LISTED = 8;

/**
 * A checkpoint of one row alone, loaded as `pretrained` does: entries of the same name and shape are taken, the others are
 * left. The report counts what a state_dict of the row has, one counter for each BatchNorm included.
 */
export function loadAlone({ tensors, expected }: SpelledWeights, layer: PlannedLayer): LoadedAlone {
  const counter = (name: string): boolean =>
    name.endsWith("num_batches_tracked") && expected.has(name.replace(/num_batches_tracked$/, "running_mean"));
  const fits = (name: string, { shape }: LazyTensor): boolean => {
    const weight = expected.get(name);
    return weight ? sameShape(shape, weight.shape) : counter(name);
  };
  const taken = new Map([...tensors].filter(([name, tensor]) => fits(name, tensor)));
  const prefix = `model.${layer.row}.`;
  const own = [...expected.keys()].filter((name) => name.startsWith(prefix));
  const total = own.length + own.filter((name) => name.endsWith("running_mean")).length;
  const left = [...tensors].filter(([name]) => !taken.has(name));
  const lines = left.slice(0, LISTED).map(([name, { shape }]) => {
    const wanted = expected.get(name);
    return `left ${name} [${shape.join(",")}]${wanted ? `, the row needs [${wanted.shape.join(",")}]` : ""}`;
  });
  const more = left.length > LISTED ? [`… and ${left.length - LISTED} more`] : [];
  const message = `loading weights... ${taken.size}/${total} items of ${layer.module} under ${prefix}`;
  return { tensors: taken, notes: [{ ...note("weights/alone", message, layer.where), details: [...lines, ...more] }] };
}
