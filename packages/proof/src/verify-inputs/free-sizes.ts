import { isFixed, parseSize, symbolsOf } from "@yolo-compile/core";
import type { ValueInfo } from "@yolo-compile/runtime";

/** The meaning of an axis of an image input. */
export type Role = "batch" | "height" | "width";

/** A size that the model leaves open. Axes of one name have one size. */
export interface FreeSize {
  /** The model's own name, else the role, else the input and the axis: `x[1]`. */
  readonly name: string;
  /** By the place of the axis: the first of any input, the last two of an image. */
  readonly role?: Role;
  /** The model itself says that the size is a multiple of this: 32 for a size `32*h`. */
  readonly step?: number;
}

const IMAGE_ROLES: readonly (Role | undefined)[] = ["batch", undefined, "height", "width"];
const OTHER_ROLES: readonly (Role | undefined)[] = ["batch"];

/** The free size of an axis; undefined where its size is fixed. */
export function freeSize({ name, shape }: ValueInfo, axis: number): FreeSize | undefined {
  const size = shape[axis];
  if (typeof size === "number") return undefined;
  const role = (shape.length === IMAGE_ROLES.length ? IMAGE_ROLES : OTHER_ROLES)[axis];
  const step = stepOf(size);
  const own = step === undefined ? size : undefined;
  return { name: own || (role ?? `${name}[${axis}]`), ...(role && { role }), ...(step !== undefined && { step }) };
}

/** 32 of `32*h`; undefined for a name, or for other formulas. */
export function stepOf(size: string | undefined): number | undefined {
  const formula = parseSize(size ?? "");
  if (formula === undefined || isFixed(formula)) return undefined;
  const [symbol, ...more] = symbolsOf(formula);
  const step = symbol !== undefined && more.length === 0 && formula.terms.size === 1 ? formula.terms.get(symbol) : 1;
  return step !== undefined && step > 1 ? step : undefined;
}

/** All open sizes by name, in order. */
export const freeSizes = (inputs: readonly ValueInfo[]): ReadonlyMap<string, FreeSize> =>
  new Map(
    inputs
      .flatMap((input) => input.shape.map((_, axis) => freeSize(input, axis)))
      .flatMap((free) => (free ? [[free.name, free]] : [])),
  );
