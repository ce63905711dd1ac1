import type { Size } from "./image.js";

/** One number for each pixel. */
export interface Map2d extends Size {
  readonly data: Float32Array;
}

interface Neighbours {
  readonly first: number;
  readonly second: number;
  readonly nearWeight: number;
  readonly farWeight: number;
}

/**
 * Bilinear scaling of `map` to `size`, of which only a window is computed; `emit` gets each value with its index in the window.
 * In float32, as PyTorch's `interpolate(mode="bilinear", align_corners=False)`.
 */
export function interpolate(
  map: Map2d,
  size: Size,
  window: Size & { readonly left: number; readonly top: number },
  emit: (at: number, value: number) => void,
): void {
  if (map.width === 0 || map.height === 0) return;
  const columns = neighbours(map.width, size.width, window.left, window.width);
  const rows = neighbours(map.height, size.height, window.top, window.height);
  const blend = (row: number, { first, second, nearWeight, farWeight }: Neighbours): number =>
    Math.fround(
      Math.fround(map.data[row * map.width + first]! * nearWeight) +
        Math.fround(map.data[row * map.width + second]! * farWeight),
    );
  let at = 0;
  for (const row of rows)
    for (const column of columns) {
      const upper = Math.fround(blend(row.first, column) * row.nearWeight);
      const lower = Math.fround(blend(row.second, column) * row.farWeight);
      emit(at++, Math.fround(upper + lower));
    }
}

function neighbours(from: number, to: number, start: number, count: number): Neighbours[] {
  const step = Math.fround(from / to);
  return Array.from({ length: count }, (_, index) => {
    const position = Math.max(0, Math.fround(Math.fround(step * (start + index + 0.5)) - 0.5));
    const first = Math.min(Math.floor(position), from - 1);
    const farWeight = Math.fround(position - first);
    return { first, second: Math.min(first + 1, from - 1), nearWeight: Math.fround(1 - farWeight), farWeight };
  });
}
