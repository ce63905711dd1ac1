import { divideSizes, isFixed, type Size } from "@yolo-compile/core";
import { fixedSize, type Value } from "@yolo-compile/ir";
import { channelsOf, conv2d, type Scope } from "@yolo-compile/network";

/** Arguments of a timm convolution, with its defaults: kernel 1, stride 1, no bias, padding that keeps the size at stride 1. */
export interface ConvSettings {
  readonly k?: number | undefined;
  readonly s?: number | undefined;
  /** Padding; symmetric (k - 1) / 2 where left out, TensorFlow's, which looks at the map's size, for "same". */
  readonly p?: number | "same" | undefined;
  /** Groups; 1 where left out, one a channel for "depthwise". */
  readonly g?: number | "depthwise" | undefined;
  readonly bias?: boolean;
}

/** Padding before and after an axis, so that the output has ceil(size / s); undefined where it depends on an open size. */
function samePadding(size: Size, k: number, s: number): readonly [number, number] | undefined {
  if (!isFixed(size) && divideSizes(size, s) === undefined) return undefined;
  const missing = isFixed(size) ? Math.ceil(size / s) * s - size : 0;
  const total = Math.max(missing + k - s, 0);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** Padding above, left, below and right. @throws ir/open-size where it depends on the size */
function samePads(x: Value, k: number, s: number): readonly number[] {
  const along = (axis: number): readonly [number, number] =>
    samePadding(x.type.shape[axis]!, k, s) ?? samePadding(fixedSize(x, axis), k, s)!; // the second one throws
  const [[top, below], [left, right]] = [along(2), along(3)];
  return [top, left, below, right];
}

/** Convolution as timm's create_conv2d makes it. x: [n,c,h,w] -> [n,c2,h/s,w/s] */
export function conv(scope: Scope, x: Value, c2: number, settings: ConvSettings = {}): Value {
  const { k = 1, s = 1, p = (k - 1) / 2, g = 1, bias = false } = settings;
  const groups = g === "depthwise" ? channelsOf(x) : g;
  if (p !== "same") return conv2d(scope, x, c2, { k, s, p, g: groups, bias });
  // At stride 1 timm takes a plain convolution; its class for others is none that thop recognises.
  if (s === 1) return conv2d(scope, x, c2, { k, p: (k - 1) / 2, g: groups, bias });
  return conv2d(scope, x, c2, { k, s, g: groups, bias, pads: samePads(x, k, s), counted: false });
}
