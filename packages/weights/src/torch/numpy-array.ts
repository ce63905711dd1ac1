import { byteSize, type LazyTensor, viewElements } from "@yolo-compile/core";
import { swapBytes } from "../bytes.js";
import { dtypeRefused, tensorMalformed } from "../diagnostics.js";
import { parseNumpyDType } from "../numpy/dtype.js";
import { bytesLength, bytesOf, numpyDTypeText, sequenceItems } from "../pickle/interpret.js";
import { callKey, describe, type PickleObject, type PickleValue } from "../pickle/value.js";
import { columnStrides, gatherStrided, isRowMajor } from "../strided.js";

const RECONSTRUCT: ReadonlySet<string> = new Set([
  "numpy.core.multiarray _reconstruct",
  "numpy._core.multiarray _reconstruct",
]);
const MAX_RANK = 64;

/** Whether a value is a pickled numpy.ndarray. */
export const isArrayValue = (value: PickleValue | undefined): value is PickleObject =>
  RECONSTRUCT.has(callKey(value) ?? "");

/**
 * A NumPy array whose elements are in the pickle itself: `(version, shape, dtype, is_fortran, bytes)`.
 * @throws weights/tensor, weights/dtype
 */
export function numpyArray(value: PickleObject, where: string): LazyTensor {
  const [, sizes, type, fortran, raw] = sequenceItems(value.state) ?? [];
  const shape = sequenceItems(sizes)?.filter((size): size is number => typeof size === "number" && size >= 0);
  if (!shape || shape.length !== sequenceItems(sizes)?.length || shape.length > MAX_RANK)
    throw tensorMalformed(where, `a numpy array whose shape is ${describe(sizes)}`);
  const spelling = numpyDTypeText(type);
  const found = parseNumpyDType(spelling ?? "");
  if (!found) throw dtypeRefused(where, spelling ?? describe(type));
  const { dtype, bigEndian } = found;
  const neededBytes = shape.reduce((count, size) => count * size, byteSize(dtype));
  if (bytesLength(raw) !== neededBytes)
    throw tensorMalformed(
      where,
      `${dtype}[${shape.join(",")}] takes ${neededBytes} bytes, the array has ${bytesLength(raw) ?? describe(raw)}`,
    );
  const strides = fortran === true ? columnStrides(shape) : undefined;
  return {
    dtype,
    shape,
    read() {
      const bytes = bytesOf(raw) ?? new Uint8Array(); // bytesLength knew it
      const data = viewElements(dtype, bigEndian ? swapBytes(bytes, byteSize(dtype)) : bytes);
      const ordered = !strides || isRowMajor(shape, strides) ? data : gatherStrided(dtype, shape, strides, data);
      return { dtype, shape, data: ordered };
    },
  };
}
