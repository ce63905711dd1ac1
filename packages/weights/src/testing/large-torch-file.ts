import type { EncodedFile } from "../convert/encoded-file.js";
import { type StoredEntry, writeStoredZip } from "../zip/write-zip.js";
import * as p from "./pickle-writer.js";
import { tensor } from "./torch-file.js";

/** A weight whose bytes are made when the file is written. */
export interface LargeWeight {
  readonly name: string;
  /** `FloatStorage` */
  readonly storage: string;
  readonly shape: readonly number[];
  readonly sizeBytes: number;
  pieces(): Iterable<Uint8Array>;
}

/** A state_dict as torch.save writes it, of any size: zip64 past 4 GB. */
export function largeTorchFile(weights: readonly LargeWeight[]): EncodedFile {
  const root = p.dict(
    ...weights.map(({ name, storage, shape }, key) => [name, tensor({ shape, key: String(key), storage })] as const),
  );
  return writeStoredZip([
    small("data.pkl", p.pickle(root)),
    ...weights.map(({ sizeBytes, pieces }, key) => ({ name: `archive/data/${key}`, sizeBytes, pieces })),
    small("version", new TextEncoder().encode("3\n")),
  ]);
}

const small = (name: string, bytes: Uint8Array): StoredEntry => ({
  name: `archive/${name}`,
  sizeBytes: bytes.length,
  pieces: () => [bytes],
});
