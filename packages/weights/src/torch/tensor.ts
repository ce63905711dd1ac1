import { allocate, byteSize, type LazyTensor, type Tensor, viewElements } from "@yolo-compile/core";
import { swapBytes } from "../bytes.js";
import { storageMissing, storageShort, tensorMalformed } from "../diagnostics.js";
import type { PickleValue } from "../pickle/value.js";
import { gatherStrided, isRowMajor } from "../strided.js";
import { isArrayValue, numpyArray } from "./numpy-array.js";
import { parseTensor, type TensorView } from "./rebuild.js";

/** The storages beside a torch pickle. */
export interface StorageFiles {
  readonly bigEndian: boolean;
  /** `undefined` where there is no such storage. */
  sizeBytes(key: string): number | undefined;
  /** The range is within the size. */
  read(key: string, offsetBytes: number, length: number): Uint8Array;
}

/** An expanded tensor has more elements than its storage; real ones (a mask, a scale) are small. */
const MAX_EXPANDED_COUNT = 1 << 24;

/**
 * A tensor over its storage, checked in whole before anything is allocated or read.
 * @throws weights/tensor, weights/tensor-kind, weights/dtype, weights/storage
 */
export function lazyTensor(value: PickleValue, where: string, files: StorageFiles): LazyTensor {
  if (isArrayValue(value)) return numpyArray(value, where);
  const view = parseTensor(value, where);
  const { key, dtype, shape, storageCount } = view;
  const count = product(view, where);
  const spanCount = count === 0 ? 0 : span(view, where);
  const neededBytes = storageCount * byteSize(dtype);
  const hasBytes = files.sizeBytes(key);
  if (hasBytes === undefined) throw storageMissing(where, key);
  if (hasBytes < neededBytes) throw storageShort(where, key, hasBytes, neededBytes);
  const contiguous = isRowMajor(shape, view.strides);
  return {
    dtype,
    shape,
    read: () => (contiguous || count === 0 ? readRun(view, count, files) : gather(view, spanCount, files)),
  };
}

function product({ shape, storageCount }: TensorView, where: string): number {
  if (shape.includes(0)) return 0;
  const count = shape.reduce((total, size) => total * size, 1);
  if (!Number.isSafeInteger(count) || (count > storageCount && count > MAX_EXPANDED_COUNT))
    throw tensorMalformed(where, `[${shape.join(",")}] is ${count} elements, its storage has ${storageCount}`);
  return count;
}

/** Elements from the first to the last that the view touches. */
function span({ shape, strides, offset, storageCount }: TensorView, where: string): number {
  const last = shape.reduce((total, size, axis) => total + (size - 1) * strides[axis]!, 0);
  if (!(offset + last < storageCount))
    throw tensorMalformed(
      where,
      `[${shape.join(",")}] with strides [${strides.join(",")}] at offset ${offset} reaches element ${offset + last}, its storage has ${storageCount}`,
    );
  return last + 1;
}

function readElements(view: TensorView, count: number, files: StorageFiles) {
  const size = byteSize(view.dtype);
  const bytes = files.read(view.key, view.offset * size, count * size);
  return viewElements(view.dtype, files.bigEndian ? swapBytes(bytes, size) : bytes);
}

function readRun(view: TensorView, count: number, files: StorageFiles): Tensor {
  const { dtype, shape } = view;
  return { dtype, shape, data: count === 0 ? allocate(dtype, 0) : readElements(view, count, files) };
}

function gather(view: TensorView, spanCount: number, files: StorageFiles): Tensor {
  const { dtype, shape, strides } = view;
  return { dtype, shape, data: gatherStrided(dtype, shape, strides, readElements(view, spanCount, files)) };
}
