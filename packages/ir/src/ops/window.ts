import { addSizes, ceilDivide, floorDivide, multiplySizes, type Size, subtractSizes } from "@yolo-compile/core";
import { attributeError, typeError } from "../diagnostics.js";
import type { OpContext } from "../schema.js";
import { divided, ranked, reaches } from "./context.js";

/** The attributes of a window that slides. */
interface Window {
  readonly dilations?: readonly number[];
  /** Top, left, bottom, right; with one axis before, behind. */
  readonly pads: readonly number[];
  readonly strides: readonly number[];
  readonly ceil_mode?: number;
}

/** A window over `axes` spatial axes. @throws ir/attribute where the number or size of an attribute is wrong */
export function windowOf(
  node: OpContext,
  { dilations, pads, strides }: Window,
  axes = 2,
): Required<Omit<Window, "ceil_mode">> {
  return {
    dilations: dilations ? sizes(node, "dilations", dilations, axes, 1) : new Array<number>(axes).fill(1),
    pads: sizes(node, "pads", pads, 2 * axes, 0),
    strides: sizes(node, "strides", strides, axes, 1),
  };
}

/** @throws ir/attribute unless it is `count` integers of at least `least` */
export function sizes(
  node: OpContext,
  name: string,
  found: readonly number[],
  count: number,
  least: number,
): readonly number[] {
  if (found.length !== count || found.some((size) => size < least))
    throw attributeError(node.op, name, `${count} integers of at least ${least}`, found);
  return found;
}

/** Spatial sizes after a window of `kernel` slid over input 0. @throws ir/type if it does not fit, ir/open-size if that is open */
export function slide(node: OpContext, window: Window, kernel: readonly number[]): Size[] {
  const axes = kernel.length;
  const { dilations, pads, strides } = windowOf(node, window, axes);
  const ceil = window.ceil_mode === 1;
  const [, , ...map] = ranked(node, 0, axes + 2).shape;
  return map.map((size, axis) => {
    const [before, after, stride] = [pads[axis]!, pads[axis + axes]!, strides[axis]!];
    const reach = dilations[axis]! * (kernel[axis]! - 1) + 1;
    const span = addSizes(size, before + after - reach);
    // Rounded up, a window may reach past a map that is smaller than itself by less than a stride.
    const least = ceil ? 1 - stride : 0;
    if (!reaches(node, `the way of a window of ${reach} over a map of ${size}`, span, least))
      throw typeError(node.op, `a window of ${reach} does not fit a map of ${size}`, node.inputs);
    const divide = ceil ? ceilDivide : floorDivide;
    const steps = divided(node, divide(span, stride), `the way of a window over a map of ${size}`, span, stride);
    if (!ceil) return addSizes(steps, 1);
    // The last window may reach past the padding, but must not start in the padding behind the map.
    const start = subtractSizes(multiplySizes(steps, stride), addSizes(size, before));
    return reaches(node, "the start of the last window behind the map", start, 0) ? steps : addSizes(steps, 1);
  });
}
