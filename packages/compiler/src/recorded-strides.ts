import { toFloat64 } from "@yolo-compile/core";
import { asNumber, isList, type Network } from "@yolo-compile/network";
import type { Checkpoint } from "@yolo-compile/weights";

/** Pixels a cell of each level of the head, where a checkpoint knows them: from the pickled model, or from its anchors. */
export function recordedStrides(network: Network, checkpoint: Checkpoint): readonly number[] | undefined {
  return checkpoint.model?.stride ?? stridesOfAnchors(network, checkpoint);
}

/** Stored anchors are the yaml's divided by the strides. */
function stridesOfAnchors({ config }: Network, { tensors }: Checkpoint): readonly number[] | undefined {
  const [stored] = [...tensors].filter(([name, { shape }]) => name.endsWith(".anchors") && shape.length === 3);
  const rows = isList(config.anchors) ? config.anchors.map((row) => (isList(row) ? row.map(asNumber) : [])) : [];
  const [levels, pairs] = stored?.[1].shape ?? [];
  if (!stored || rows.length !== levels || rows.some((row) => row.length !== 2 * pairs!)) return undefined;
  const values = toFloat64(stored[1].read());
  const ratios = (order: readonly (readonly (number | undefined)[])[]): number[] =>
    order.flat().map((pixels, index) => pixels! / values[index]!);
  return evenStrides(ratios(rows), levels!) ?? evenStrides(ratios([...rows].reverse()), levels!);
}

/** Half-precision rounding, not more: an anchor that was trained anew fits no stride. */
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
