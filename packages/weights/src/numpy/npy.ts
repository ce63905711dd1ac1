import { byteSize, elementCount, type LazyTensor, viewElements } from "@yolo-compile/core";
import { hasBytes, swapBytes } from "../bytes.js";
import { npyMalformed } from "../diagnostics.js";
import type { Format, OpenedFile } from "../format.js";
import { columnStrides, gatherStrided, isRowMajor } from "../strided.js";
import { NPY_SIGNATURE, NPY_START_BYTES, type NpyHeader, readNpyHeader } from "./npy-header.js";

/** One NumPy array by itself: a checkpoint of one weight, named as its file. */
export const npy: Format = {
  name: "npy",
  matches: ({ head }) => hasBytes(head, NPY_SIGNATURE),
  open({ source }, { pickles }): OpenedFile {
    const name = source.name.replace(/^.*[\\/]/, "").replace(/\.npy$/i, "");
    const start = source.read(0, Math.min(source.size, NPY_START_BYTES));
    const header = readNpyHeader(source.name, name, start, (at) => void pickles.read(source.name, source, at));
    const read = () => source.read(header.dataBytes, source.size - header.dataBytes);
    return { tensors: new Map([[name, npyTensor(source.name, name, header, source.size, read)]]), notes: [] };
  },
};

/**
 * The array behind a header, in a file of `sizeBytes`; `read` gives all bytes after the header.
 * @throws npy/malformed
 */
export function npyTensor(
  file: string,
  where: string,
  { dtype, shape, bigEndian, columnMajor, dataBytes }: NpyHeader,
  sizeBytes: number,
  read: () => Uint8Array,
): LazyTensor {
  const elementBytes = byteSize(dtype);
  const neededBytes = elementCount(shape) * elementBytes;
  if (sizeBytes - dataBytes !== neededBytes)
    throw npyMalformed(
      file,
      where,
      `${dtype}[${shape.join(",")}] takes ${neededBytes} bytes, ${sizeBytes - dataBytes} are there`,
    );
  const strides = columnStrides(shape);
  return {
    dtype,
    shape,
    read() {
      const bytes = read();
      const data = viewElements(dtype, bigEndian ? swapBytes(bytes, elementBytes) : bytes);
      const ordered = columnMajor && !isRowMajor(shape, strides) ? gatherStrided(dtype, shape, strides, data) : data;
      return { dtype, shape, data: ordered };
    },
  };
}
