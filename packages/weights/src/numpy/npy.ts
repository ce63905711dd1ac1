import { type ByteRun, byteSize, elementCount, type LazyTensor, runTensor, sourceRun } from "@yolo-compile/core";
import { hasBytes } from "../bytes.js";
import { npyMalformed } from "../diagnostics.js";
import type { Format, OpenedFile } from "../format.js";
import { swappedRun } from "../runs.js";
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
    const run = sourceRun(source, header.dataBytes, source.size - header.dataBytes);
    return { tensors: new Map([[name, npyTensor(source.name, name, header, run)]]), notes: [] };
  },
};

/**
 * The array behind a header; the run is all bytes after it.
 * @throws npy/malformed
 */
export function npyTensor(
  file: string,
  where: string,
  { dtype, shape, bigEndian, columnMajor }: NpyHeader,
  run: ByteRun,
): LazyTensor {
  const neededBytes = elementCount(shape) * byteSize(dtype);
  if (run.length !== neededBytes)
    throw npyMalformed(file, where, `${dtype}[${shape.join(",")}] takes ${neededBytes} bytes, ${run.length} are there`);
  const strides = columnStrides(shape);
  const stored = runTensor({ dtype, shape }, bigEndian ? swappedRun(run, byteSize(dtype)) : run);
  if (!columnMajor || isRowMajor(shape, strides)) return stored;
  return {
    dtype,
    shape,
    read: () => ({ dtype, shape, data: gatherStrided(dtype, shape, strides, stored.read().data) }),
  };
}
