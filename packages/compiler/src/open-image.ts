import { isFixed, leastCommonMultiple, multiplySizes, type Size, symbolSize } from "@yolo-compile/core";
import { checkImageSize, type Network } from "@yolo-compile/network";
import { wrongStep } from "./diagnostics.js";
import type { ImageRequest } from "./spell-names.js";

/** The axes of the image that a graph leaves open: `32*h` is any height that is a multiple of 32. */
export interface DynamicAxes {
  readonly batch?: boolean;
  /** A number is the step of that side in pixels, a multiple of the network's largest stride, which `true` stands for. */
  readonly height?: boolean | number;
  readonly width?: boolean | number;
}

/** An image, some of whose sizes may be open. */
export interface OpenImage extends Required<ImageRequest> {
  /** An image of the kind: that of the request where it is fixed, the next that fits an open side. */
  readonly example: readonly [height: number, width: number];
  /** The pixels of which every open side may be a multiple; undefined where none is. */
  readonly step?: number;
}

/** The image that a request asks for. @throws network/imgsz, network/stride, network/step */
export function openImage(
  network: Network,
  size: readonly [number, number],
  batch: number,
  dynamic: DynamicAxes = {},
): OpenImage {
  const steps = [dynamic.height, dynamic.width].map((axis) => stepOf(network, axis));
  const example = size.map((side, axis) => nextMultiple(side, steps[axis])) as [number, number];
  checkImageSize(network, example);
  const side = (axis: 0 | 1, symbol: string): Size => {
    const step = steps[axis];
    return step === undefined ? example[axis] : multiplySizes(symbolSize(symbol), step);
  };
  const open = steps.filter((step) => step !== undefined);
  return {
    size: [side(0, "h"), side(1, "w")],
    batch: dynamic.batch ? symbolSize("batch") : batch,
    example,
    ...(open.length > 0 && { step: open.reduce(leastCommonMultiple) }),
  };
}

/** Whether a size of the image is open. */
export const isOpen = ({ size, batch }: Required<ImageRequest>): boolean => ![...size, batch].every(isFixed);

function stepOf({ strides }: Network, axis: boolean | number | undefined): number | undefined {
  if (axis === undefined || axis === false) return undefined;
  const stride = Math.max(1, ...strides);
  if (axis === true) return stride;
  if (!Number.isSafeInteger(axis) || axis < 1 || axis % stride !== 0) throw wrongStep(axis, stride);
  return axis;
}

const nextMultiple = (side: number, step: number | undefined): number =>
  step === undefined ? side : Math.max(1, Math.ceil(side / step)) * step;
