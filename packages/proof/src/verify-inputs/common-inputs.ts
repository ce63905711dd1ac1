import { leastCommonMultiple } from "@yolo-compile/core";
import type { ValueInfo } from "@yolo-compile/runtime";
import { stepOf } from "./free-sizes.js";

type Shaped = Pick<ValueInfo, "name" | "shape">;

/**
 * The inputs of a model with the sizes that it and another leave open: what one of them fixes is fixed, and a side that both
 * leave open counts in the steps of both. Inputs of other names are matched by position.
 */
export const commonInputs = (inputs: readonly ValueInfo[], others: readonly Shaped[]): readonly ValueInfo[] =>
  inputs.map((input, index) => {
    const other = others.find(({ name }) => name === input.name) ?? others[index];
    if (other?.shape.length !== input.shape.length) return input;
    return { ...input, shape: input.shape.map((size, axis) => common(size, other.shape[axis]!)) };
  });

function common(size: number | string, other: number | string): number | string {
  if (typeof size === "number") return size;
  if (typeof other === "number") return other;
  const [step, otherStep] = [stepOf(size), stepOf(other)];
  if (otherStep === undefined || step === otherStep) return size;
  return step === undefined ? other : `${leastCommonMultiple(step, otherStep)}*side`;
}
