import type { ValueInfo } from "@yolo-compile/runtime";
import { badSize, sizeNeeded, unknownSize } from "./diagnostics.js";
import { type FreeSize, freeSize, freeSizes, type Role } from "./free-sizes.js";
import type { FixedInput } from "./verify-input.js";

/** Sizes for the dynamic axes of a model. */
export interface SizeOptions {
  /** The model's largest stride, of which heights and widths are multiples unless the model says more. Default 32. */
  readonly stride?: number;
  /** Sizes by the names of free axes, one map for each set of shapes. Left out, three sets that differ in every axis. */
  readonly sizes?: readonly ReadonlyMap<string, number>[];
}

/** The inputs of a model with every size fixed. */
export interface ResolvedInputs {
  /** `1x3x320x320`, several inputs by comma. */
  readonly name: string;
  readonly inputs: readonly FixedInput[];
}

/** The largest stride of most networks, taken where a model says none. */
export const DEFAULT_STRIDE = 32;

/** No network has a larger one. */
const LARGEST_STRIDE = 1 << 14;

/** The largest stride that a model's metadata state, as YOLO families write it; undefined where there is none. */
export function strideOf(metadata: ReadonlyMap<string, string>): number | undefined {
  const stride = Number(/^\d{1,9}$/.exec(metadata.get("stride") ?? "")?.[0]);
  return stride >= 1 && stride <= LARGEST_STRIDE ? stride : undefined;
}

/** A square picture alone, two upright ones, three small wide ones. Heights and widths are pixels before rounding to steps. */
const USUAL: Readonly<Record<Role, readonly [number, number, number]>> = {
  batch: [1, 2, 3],
  height: [320, 256, 64],
  width: [320, 192, 96],
};

/** The fewest steps of each, so that sides of many pixels a step differ as well. */
const FEWEST: typeof USUAL = { batch: [1, 1, 1], height: [2, 1, 1], width: [2, 2, 1] };

/**
 * The shapes to verify a model with: one set where all are fixed, else one for each of `sizes`.
 * @throws verify/size where a size is unknown, missing or no multiple of the stride
 */
export function resolveSizes(inputs: readonly ValueInfo[], options: SizeOptions = {}): ResolvedInputs[] {
  const { stride = DEFAULT_STRIDE } = options;
  const free = freeSizes(inputs);
  const given = options.sizes ?? USUAL.batch.map(() => new Map<string, number>());
  const sets = given.map((sizes, index): ResolvedInputs => {
    for (const [name, size] of sizes) checkSize(name, size, free, stride);
    const fixed = inputs.map((input) =>
      fixInput(input, (each) => sizes.get(each.name) ?? usualSize(each, index, stride)),
    );
    return { name: fixed.map(({ shape }) => shape.join("x")).join(", "), inputs: fixed };
  });
  return [...new Map(sets.map((set) => [set.name, set])).values()];
}

function fixInput(input: ValueInfo, sizeOf: (free: FreeSize) => number): FixedInput {
  const shape = input.shape.map((size, axis) => {
    const free = freeSize(input, axis);
    return free ? sizeOf(free) : Number(size);
  });
  return { ...input, shape };
}

function usualSize(free: FreeSize, set: number, stride: number): number {
  const { role } = free;
  if (!role) throw sizeNeeded(free.name);
  const at = (set % 3) as 0 | 1 | 2;
  const step = stepIn(free, stride);
  return Math.max(FEWEST[role][at], Math.round(USUAL[role][at] / step)) * step;
}

const stepIn = ({ role, step }: FreeSize, stride: number): number =>
  step ?? (role === "height" || role === "width" ? stride : 1);

function checkSize(name: string, size: number, free: ReadonlyMap<string, FreeSize>, stride: number): void {
  const axis = free.get(name);
  if (!axis) throw unknownSize(name, [...free.keys()]);
  const step = stepIn(axis, stride);
  if (!Number.isInteger(size) || size < 1 || size % step !== 0) throw badSize(name, size, step);
}
