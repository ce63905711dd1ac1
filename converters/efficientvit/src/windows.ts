import { divideSizes, isFixed, multiplySizes, productOf, type Size, sameSize, subtractSizes } from "@yolo-compile/core";
import { floats, type Value } from "@yolo-compile/ir";
import { mapSizes, permute, reshape, type Scope } from "@yolo-compile/network";
import { windowTooLarge } from "./diagnostics.js";
import type { BackboneSettings } from "./settings.js";

/** Tokens along one side, up to the end of the last window. */
const paddedSide = (side: number, window: number): number => Math.ceil(side / window) * window;

/** Windows along one side; an open side is a whole number of them, which `checkOpenMaps` sees to. */
const windowsAlong = (side: Size, window: number): Size =>
  isFixed(side) ? Math.ceil(side / window) : divideSizes(side, window)!;

/** A stage's map, its windows and the work that padding adds. */
export interface WindowUse {
  readonly stage: number;
  readonly height: number;
  readonly width: number;
  readonly window: number;
  /** Map size with the padding; the map's own where attention sees it whole. */
  readonly paddedHeight: number;
  readonly paddedWidth: number;
}

/** Whether attention sees the map whole, without windows; of those that pad small maps, one that is a window. */
const isWhole = (height: number, width: number, window: number, padsSmallMaps = false): boolean =>
  padsSmallMaps ? height === window && width === window : height <= window && width <= window;

/** Map size of each stage for an image; every stride-2 convolution rounds up. */
export function stageMaps(
  { stemStride, stages, padsSmallMaps }: BackboneSettings,
  [height, width]: readonly [number, number],
): WindowUse[] {
  let [h, w] = [height, width];
  for (let step = 1; step < stemStride; step *= 2) [h, w] = [Math.ceil(h / 2), Math.ceil(w / 2)];
  return stages.map(({ window, halvedAfter }, stage) => {
    const whole = isWhole(h, w, window, padsSmallMaps);
    const use: WindowUse = {
      stage,
      height: h,
      width: w,
      window,
      paddedHeight: whole ? h : paddedSide(h, window),
      paddedWidth: whole ? w : paddedSide(w, window),
    };
    if (halvedAfter) [h, w] = [Math.ceil(h / 2), Math.ceil(w / 2)];
    return use;
  });
}

/** Pixels along one side of a token of the last stage. */
const totalStride = ({ stemStride, stages }: BackboneSettings): number =>
  stages.reduce<number>((stride, { halvedAfter }) => (halvedAfter ? stride * 2 : stride), stemStride);

/** Whether every stage's map fits its bias table or is cut into windows that do. */
function runs(settings: BackboneSettings, tables: readonly number[], size: readonly [number, number]): boolean {
  return stageMaps(settings, size).every(({ height, width, window, stage }) =>
    isWhole(height, width, window) ? height * width === tables[stage]! ** 2 : window === tables[stage],
  );
}

const MAX_SIDE = 4096;

/** Sides that are whole strides, from `least` on. */
function* sides(stride: number, least: number): Generator<number> {
  for (let side = Math.max(stride, Math.ceil(least / stride) * stride); side <= MAX_SIDE; side += stride) yield side;
}

function firstWorking(
  settings: BackboneSettings,
  tables: readonly number[],
  least: number,
  size: (side: number) => readonly [number, number],
): number | undefined {
  for (const side of sides(totalStride(settings), least)) if (runs(settings, tables, size(side))) return side;
  return undefined;
}

/** Advice for an image size that does not work: sizes that do. */
function workingSizes(
  settings: BackboneSettings,
  tables: readonly number[],
  [height, width]: readonly [number, number],
): string {
  const stride = totalStride(settings);
  const even = [height, width].map((side) => Math.max(stride, Math.ceil(side / stride) * stride)) as [number, number];
  const square = firstWorking(settings, tables, Math.max(...even), (side) => [side, side]);
  const wider = firstWorking(settings, tables, even[1], (side) => [even[0], side]);
  const higher = firstWorking(settings, tables, even[0], (side) => [side, even[1]]);
  const found = [
    square && `--imgsz ${square}`,
    wider && wider !== square && `${even[0]}x${wider}`,
    higher && higher !== square && higher !== wider && `${higher}x${even[1]}`,
  ].filter(Boolean);
  if (found.length > 0) return `the nearest larger sizes that work: ${found.join(", ")}`;
  const only = firstWorking(settings, tables, stride, (side) => [side, side]);
  return only ? `the weights work at ${only}x${only}` : "no image size works with this window_size";
}

/** @throws efficientvit/window where the original network could not run an image of this size */
export function checkMaps(
  settings: BackboneSettings,
  tables: readonly number[],
  size: readonly [number, number],
): void {
  if (settings.padsSmallMaps || runs(settings, tables, size)) return;
  const failing = stageMaps(settings, size).find(({ stage, height, width, window }) =>
    isWhole(height, width, window) ? height * width !== tables[stage]! ** 2 : window !== tables[stage],
  )!; // runs() found one
  throw windowTooLarge(size, { ...failing, table: tables[failing.stage]! }, workingSizes(settings, tables, size));
}

/** The share of padding among the tokens that attention works on. */
export const wastedShare = ({ height, width, paddedHeight, paddedWidth }: WindowUse): number =>
  1 - (height * width) / (paddedHeight * paddedWidth);

/** The next sides from `side` on at which no stage pads anything, for both axes alike. */
export function sidesWithoutWaste(settings: BackboneSettings, side: number, count: number): number[] {
  const found: number[] = [];
  for (const candidate of sides(totalStride(settings), side)) {
    const fits = stageMaps(settings, [candidate, candidate]).every(({ height, window }) => height % window === 0);
    if (fits) found.push(candidate);
    if (found.length === count) break;
  }
  return found;
}

/**
 * Cuts a map into windows, applies `attention` to each, puts them together. Maps that are no whole number of windows are
 * padded with zeros at the bottom and right; the padded tokens take part in attention, as in the original.
 * x: [n,c,h,w] -> [n,c,h,w]. LocalWindowAttention
 */
export function inWindows(
  scope: Scope,
  x: Value,
  window: number,
  attention: (x: Value) => Value,
  padsSmallMaps = false,
): Value {
  const [n, c, h, w] = mapSizes(x);
  if (isFixed(h) && isFixed(w) && isWhole(h, w, window, padsSmallMaps)) return attention(x);
  const [rows, columns] = [windowsAlong(h, window), windowsAlong(w, window)];
  const [height, width] = [multiplySizes(rows, window), multiplySizes(columns, window)];
  const padded = pad(scope, permute(scope, x, [0, 2, 3, 1]), subtractSizes(height, h), subtractSizes(width, w));
  const cut = permute(scope, reshape(scope, padded, [n, rows, window, columns, window, c]), [0, 1, 3, 2, 4, 5]);
  const windows = reshape(scope, cut, [productOf([n, rows, columns]), window, window, c]);
  const attended = permute(scope, attention(permute(scope, windows, [0, 3, 1, 2])), [0, 2, 3, 1]);
  const back = permute(scope, reshape(scope, attended, [n, rows, columns, window, window, c]), [0, 1, 3, 2, 4, 5]);
  const whole = crop(scope, reshape(scope, back, [n, height, width, c]), h, w);
  return permute(scope, whole, [0, 3, 1, 2]);
}

/** Zeros below and to the right. x: [n,h,w,c] */
function pad(scope: Scope, x: Value, below: Size, right: Size): Value {
  if (below === 0 && right === 0) return x;
  return scope.op("Pad", [x, floats([0], [], "zero")], { pads: [0, 0, 0, 0, 0, below, right, 0] });
}

/** x[:, :h, :w]. x: [n,height,width,c] */
function crop(scope: Scope, x: Value, h: Size, w: Size): Value {
  const [, height, width] = x.type.shape;
  if (sameSize(height, h) && sameSize(width, w)) return x;
  return scope.op("Slice", [x], { starts: [0, 0], ends: [h, w], axes: [1, 2] });
}
