import { bytesSource } from "@yolo-compile/core";
import { latin1 } from "../bytes.js";
import { pickleLimit, zipContent, zipMalformed } from "../diagnostics.js";
import type { Format, OpenedFile } from "../format.js";
import type { PickleReader } from "../pickle/reader.js";
import type { PickleValue } from "../pickle/value.js";
import type { ZipArchive } from "../zip/archive.js";
import type { StorageFiles } from "./tensor.js";
import { torchWeights } from "./weights.js";

/** torch.save since 1.6: a zip of one pickle and its storages, under a directory of any name. */
export const torchZip: Format = {
  name: "torch-zip",
  matches(probe) {
    const archive = probe.archive();
    return archive !== undefined && pickleNames(archive).length > 0 && !isTorchScript(archive);
  },
  open(probe, { options, pickles }): OpenedFile {
    const archive = probe.archive()!; // matches() saw that it is there
    const prefix = picklePrefix(archive);
    const value = readPickle(archive, `${prefix}data.pkl`, pickles);
    return torchWeights(archive.name, value, storageFiles(archive, prefix), options.entry);
  },
};

/** Whether torch.jit.save wrote the archive: code beside a pickle. The directory around both has any name. */
export function isTorchScript(archive: ZipArchive): boolean {
  const prefixes = pickleNames(archive).map((name) => name.slice(0, -"data.pkl".length));
  return [...archive.entries.keys()].some((name) =>
    prefixes.some((prefix) => name === `${prefix}constants.pkl` || name.startsWith(`${prefix}code/`)),
  );
}

const pickleNames = (archive: ZipArchive): string[] =>
  [...archive.entries.keys()].filter((name) => name === "data.pkl" || name.endsWith("/data.pkl"));

/**
 * The directory around data.pkl, with its slash; it has any name, or none.
 * @throws zip/malformed
 */
export function picklePrefix(archive: ZipArchive): string {
  const [name = "", ...others] = pickleNames(archive);
  if (others.length > 0)
    throw zipMalformed(archive.name, `${others.length + 1} entries are named data.pkl, expected one`);
  return name.slice(0, -"data.pkl".length);
}

/** The limit of a pickle's size is that of the whole entry, which is read at once so that its CRC is checked. */
export function readPickle(archive: ZipArchive, name: string, pickles: PickleReader): PickleValue {
  const entry = archive.entries.get(name)!; // a key of this map
  if (entry.sizeBytes > pickles.limits.pickleBytes)
    throw pickleLimit(archive.name, entry.headerOffset, `bytes in ${name}`, pickles.limits.pickleBytes);
  const part = `${archive.name}:${name}`;
  return pickles.read(part, bytesSource(part, archive.readAll(entry))).value;
}

/** Storages as entries of the archive. */
export function storageFiles(archive: ZipArchive, prefix: string): StorageFiles {
  const storage = (key: string) => archive.entries.get(`${prefix}data/${key}`);
  return {
    bigEndian: isBigEndian(archive, prefix),
    sizeBytes: (key) => storage(key)?.sizeBytes,
    run: (key, offsetBytes, length) => archive.run(storage(key)!, offsetBytes, length), // sizeBytes was asked first
  };
}

/** Files without the entry are older than it, and little-endian. */
function isBigEndian(archive: ZipArchive, prefix: string): boolean {
  const entry = archive.entries.get(`${prefix}byteorder`);
  if (!entry) return false;
  const text = entry.sizeBytes > 16 ? "too long" : latin1(archive.readAll(entry));
  if (text === "little" || text === "big") return text === "big";
  throw zipContent(archive.name, entry.name, `is ${JSON.stringify(text)}, expected little or big`);
}
