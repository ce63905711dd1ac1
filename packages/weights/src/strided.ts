import { allocate, type DType, rowStrides, type TensorData } from "@yolo-compile/core";

/** Elements in row-major order, out of `from` where they lie by `strides`. The caller has checked that they are in it. */
export function gatherStrided(
  dtype: DType,
  shape: readonly number[],
  strides: readonly number[],
  from: TensorData,
): TensorData {
  // Elements are only moved: one type of array stands for all, of bigints too.
  const source = from as Float64Array;
  const data = allocate(
    dtype,
    shape.reduce((count, size) => count * size, 1),
  ) as Float64Array;
  const position = new Array<number>(shape.length).fill(0);
  let at = 0;
  for (let index = 0; index < data.length; index++) {
    data[index] = source[at]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis]!;
      if (++position[axis]! < shape[axis]!) break;
      at -= strides[axis]! * shape[axis]!;
      position[axis] = 0;
    }
  }
  return data;
}

/** Whether elements lie in row-major order already; the stride of an axis of size one says nothing. */
export function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  const expected = rowStrides(shape);
  return shape.every((size, axis) => size === 1 || strides[axis] === expected[axis]);
}

/** Column-major strides, in elements: Fortran's order. */
export const columnStrides = (shape: readonly number[]): number[] => rowStrides([...shape].reverse()).reverse();
