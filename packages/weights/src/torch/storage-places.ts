import { type ByteSource, sourceRun } from "@yolo-compile/core";
import { readU64, viewOf } from "../bytes.js";
import { dtypeRefused, truncatedFile } from "../diagnostics.js";
import { describe, globalKey, type PickleValue } from "../pickle/value.js";
import { storageElementBytes } from "./dtypes.js";
import type { StorageFiles } from "./tensor.js";

/** The range of a storage's bytes in its source. */
export interface StoragePlace {
  readonly startBytes: number;
  readonly sizeBytes: number;
}

const COUNT_BYTES = 8;

/**
 * A storage as torch wrote it before 1.6: its number of elements, then the elements, always little-endian.
 * @throws weights/truncated, weights/dtype
 */
export function readStoragePlace(
  source: ByteSource,
  startBytes: number,
  key: string,
  storageClass: PickleValue | undefined,
): StoragePlace {
  const elementBytes = storageElementBytes(globalKey(storageClass) ?? "");
  if (elementBytes === undefined) throw dtypeRefused(`storage ${key}`, describe(storageClass));
  const dataStart = startBytes + COUNT_BYTES;
  if (dataStart > source.size) throw truncatedFile(source.name, `storage ${key}`, dataStart, source.size);
  const sizeBytes = readU64(viewOf(source.read(startBytes, COUNT_BYTES)), 0) * elementBytes;
  if (dataStart + sizeBytes > source.size)
    throw truncatedFile(source.name, `storage ${key}`, dataStart + sizeBytes, source.size);
  return { startBytes: dataStart, sizeBytes };
}

/** Storages that lie in one source. */
export const placedStorages = (source: ByteSource, places: ReadonlyMap<string, StoragePlace>): StorageFiles => ({
  bigEndian: false,
  sizeBytes: (key) => places.get(key)?.sizeBytes,
  run: (key, offsetBytes, length) => sourceRun(source, places.get(key)!.startBytes + offsetBytes, length), // sizeBytes was asked first
});
