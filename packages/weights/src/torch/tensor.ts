import {
  allocate,
  type ByteRun,
  byteSize,
  type DType,
  type LazyTensor,
  runTensor,
  type TensorData,
} from "@yolo-compile/core";
import { storageMissing, storageShort, tensorMalformed } from "../diagnostics.js";
import type { PickleValue } from "../pickle/value.js";
import { swappedRun } from "../runs.js";
import { gatherStrided, isRowMajor } from "../strided.js";
import { isArrayValue, numpyArray } from "./numpy-array.js";
import { parseTensor, type TensorView } from "./rebuild.js";

/** The storages beside a torch pickle. */
export interface StorageFiles {
  readonly bigEndian: boolean;
  /** `undefined` where there is no such storage. */
  sizeBytes(key: string): number | undefined;
  /** Part of a storage. The caller has checked the range. */
  run(key: string, offsetBytes: number, length: number): ByteRun;
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
  if (count === 0) return { dtype, shape, read: () => ({ dtype, shape, data: allocate(dtype, 0) }) };
  const size = byteSize(dtype);
  const stored = files.run(key, view.offset * size, (contiguous ? count : spanCount) * size);
  const run = files.bigEndian ? swappedRun(stored, size) : stored;
  const tensor = contiguous
    ? runTensor({ dtype, shape }, run)
    : stridedTensor(view, runTensor({ dtype, shape: [spanCount] }, run));
  return view.negative ? negatedTensor(tensor) : tensor;
}

function product({ shape, storageCount }: TensorView, where: string): number {
  if (shape.includes(0)) return 0;
  const count = shape.reduce((total, size) => total * size, 1);
  if (!Number.isSafeInteger(count) || (count > storageCount && count > MAX_EXPANDED_COUNT))
    throw tensorMalformed(where, `[${shape.join(",")}] is ${count} elements, its storage has ${storageCount}`);
  return count;
}

/** The number of elements from the first to the last that the view touches. */
function span({ shape, strides, offset, storageCount }: TensorView, where: string): number {
  const last = shape.reduce((total, size, axis) => total + (size - 1) * strides[axis]!, 0);
  if (!(offset + last < storageCount))
    throw tensorMalformed(
      where,
      `[${shape.join(",")}] with strides [${strides.join(",")}] at offset ${offset} reaches element ${offset + last}, its storage has ${storageCount}`,
    );
  return last + 1;
}

/** The tensor whose elements lie by strides in the run that they touch. */
const stridedTensor = ({ dtype, shape, strides }: TensorView, touched: LazyTensor): LazyTensor => ({
  dtype,
  shape,
  read: () => ({ dtype, shape, data: gatherStrided(dtype, shape, strides, touched.read().data) }),
});

const negatedTensor = ({ dtype, shape, read }: LazyTensor): LazyTensor => ({
  dtype,
  shape,
  read: () => ({ dtype, shape, data: negated(dtype, read().data) }),
});

/** Floats of 16 bits are stored as bits, the highest of which is the sign. Whole numbers wrap around, as torch's do. */
function negated(dtype: DType, data: TensorData): TensorData {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return data.map((value) => -value);
  if (dtype === "f16" || dtype === "bf16") return data.map((bits) => bits ^ 0x8000);
  return data.map((value) => -value);
}
