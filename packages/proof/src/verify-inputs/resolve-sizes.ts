import type { ValueInfo } from "@yolo-compile/runtime";
import { badSize, sizeNeeded, unknownSize } from "./diagnostics.js";
import { type FreeSize, freeSize, freeSizes, type Role } from "./free-sizes.js";
import type { FixedInput } from "./verify-input.js";

/** Sizes for the dynamic axes of a model. */
export interface SizeOptions {
  /** The model's largest stride, of which heights and widths are multiples. Default 32. */
  readonly stride?: number;
  /** Sizes by the names of free axes, one map for each set of shapes. Left out, two sets that differ in every axis. */
  readonly sizes?: readonly ReadonlyMap<string, number>[];
}

/** The inputs of a model with every size fixed. */
export interface ResolvedInputs {
  /** `1x3x320x320`, several inputs by comma. */
  readonly name: string;
  readonly inputs: readonly FixedInput[];
}

const DEFAULT_STRIDE = 32;

/** Two sets: a square picture alone, then two upright ones. Heights and widths are in strides. */
const USUAL: Readonly<Record<Role, readonly [number, number]>> = { batch: [1, 2], height: [10, 8], width: [10, 6] };

/**
 * The shapes to verify a model with: one set where all are fixed, else one for each of `sizes`.
 * @throws verify/size where a size is unknown, missing or no multiple of the stride
 */
export function resolveSizes(inputs: readonly ValueInfo[], options: SizeOptions = {}): ResolvedInputs[] {
  const { stride = DEFAULT_STRIDE } = options;
  const free = freeSizes(inputs);
  const given = options.sizes ?? [new Map<string, number>(), new Map<string, number>()];
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
  if (!free.role) throw sizeNeeded(free.name);
  const [first, second] = USUAL[free.role];
  return (set % 2 === 0 ? first : second) * (free.role === "batch" ? 1 : stride);
}

function checkSize(name: string, size: number, free: ReadonlyMap<string, FreeSize>, stride: number): void {
  const axis = free.get(name);
  if (!axis) throw unknownSize(name, [...free.keys()]);
  const step = axis.role === "height" || axis.role === "width" ? stride : 1;
  if (!Number.isInteger(size) || size < 1 || size % step !== 0) throw badSize(name, size, step);
}
