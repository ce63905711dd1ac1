import { toFloat64 } from "@yolo-compile/core";
import type { StoredWeights } from "@yolo-compile/network";

type AnchorRows = readonly (readonly (number | undefined)[])[];

/**
 * The stride of each level in pixels: stored anchors are the yaml's divided by the strides. Undefined where the anchors are
 * others.
 */
export function stridesOfAnchors(rows: AnchorRows, stored: StoredWeights): readonly number[] | undefined {
  const found = [...stored].find(([name, { shape }]) => name.endsWith(".anchors") && shape.length === 3)?.[1];
  const [levels, pairs] = found?.shape ?? [];
  if (!found || rows.length !== levels || rows.some((row) => row.length !== 2 * pairs!)) return undefined;
  const values = toFloat64(found.read());
  const ratios = (order: AnchorRows): number[] => order.flat().map((pixels, index) => pixels! / values[index]!);
  return evenStrides(ratios(rows), levels!) ?? evenStrides(ratios([...rows].reverse()), levels!);
}

/** The error of half-precision rounding and no more: a retrained anchor fits no stride. */
const ROUNDING = 2e-3;

/** One power of two a level, or undefined. */
function evenStrides(ratios: readonly number[], levels: number): number[] | undefined {
  const perLevel = ratios.length / levels;
  const strides = Array.from({ length: levels }, (_, level) => 2 ** Math.round(Math.log2(ratios[level * perLevel]!)));
  const fits = ratios.every((ratio, index) => {
    const stride = strides[Math.floor(index / perLevel)]!;
    return Math.abs(ratio - stride) <= stride * ROUNDING;
  });
  return fits ? strides : undefined;
}
