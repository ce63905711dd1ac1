import { byteSize, elementCount, type Tensor, tensorBytes, viewElements } from "@yolo-compile/core";

/**
 * A tensor of `shape` whose element at each flat index is the one of `from` at `source(index)`, or the scalar `fill`
 * (by default zero) where that is negative.
 */
export function gatherElements(
  from: Tensor,
  shape: readonly number[],
  source: (index: number) => number,
  fill?: Tensor,
): Tensor {
  const size = byteSize(from.dtype);
  const bytes = tensorBytes(from);
  const blank = fill ? tensorBytes(fill) : new Uint8Array(size);
  const moved = new Uint8Array(elementCount(shape) * size);
  for (let index = 0; index * size < moved.length; index++) {
    const start = source(index) * size;
    for (let byte = 0; byte < size; byte++)
      moved[index * size + byte] = start < 0 ? blank[byte]! : bytes[start + byte]!;
  }
  return { dtype: from.dtype, shape, data: viewElements(from.dtype, moved) };
}

/** Maps a flat index of `shape` through a function of its coordinates. */
export function byCoordinates(
  shape: readonly number[],
  flat: (at: readonly number[]) => number,
): (index: number) => number {
  const at = new Array<number>(shape.length).fill(0);
  return (index) => {
    for (let axis = shape.length - 1, rest = index; axis >= 0; axis--) {
      at[axis] = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    return flat(at);
  };
}

/** The sum of products of lists of one length: the flat index for coordinates and strides. */
export const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, item, index) => sum + item * b[index]!, 0);
