import { bytesSource, type LazyTensor } from "@yolo-compile/core";
import { fromMetadata, METADATA_ENTRY, parseMetadataJson } from "../convert/metadata.js";
import { duplicateWeight } from "../diagnostics.js";
import type { Format, OpenContext, OpenedFile } from "../format.js";
import { runBehind } from "../runs.js";
import type { ZipArchive, ZipEntry } from "../zip/archive.js";
import { npyTensor } from "./npy.js";
import { NPY_START_BYTES, readNpyHeader } from "./npy-header.js";
import { npzWriter } from "./write-npz.js";

/** numpy.savez and savez_compressed: a zip of .npy files, each named as its weight. */
export const npz: Format = {
  name: "npz",
  writing: npzWriter,
  matches(probe) {
    const names = [...(probe.archive()?.entries.keys() ?? [])];
    return names.length > 0 && names.every((name) => name.endsWith(".npy"));
  },
  open(probe, context): OpenedFile {
    const archive = probe.archive()!; // matches() saw that it is there
    const tensors = new Map<string, LazyTensor>();
    for (const entry of archive.entries.values()) {
      const name = entry.name.slice(0, -".npy".length);
      if (tensors.has(name)) throw duplicateWeight(name);
      tensors.set(name, entryTensor(archive, entry, name, context));
    }
    const metadata = takeMetadata(archive.name, tensors);
    return { tensors, notes: [], ...(metadata && fromMetadata(archive.name, metadata)) };
  },
};

function entryTensor(archive: ZipArchive, entry: ZipEntry, name: string, { pickles }: OpenContext): LazyTensor {
  const start = archive.readStart(entry, Math.min(entry.sizeBytes, NPY_START_BYTES));
  const header = readNpyHeader(archive.name, name, start, (at) => {
    const part = `${archive.name}:${entry.name}`;
    pickles.read(part, bytesSource(part, archive.readAll(entry)), at);
  });
  return npyTensor(archive.name, name, header, runBehind(archive.run(entry, 0, entry.sizeBytes), header.dataBytes));
}

/** Removes and parses the metadata array of a file that this program wrote; to other programs it is an array like any other. */
function takeMetadata(file: string, tensors: Map<string, LazyTensor>): ReadonlyMap<string, string> | undefined {
  const entry = tensors.get(METADATA_ENTRY);
  if (entry?.dtype !== "u8" || entry.shape.length !== 1) return undefined;
  tensors.delete(METADATA_ENTRY);
  return parseMetadataJson(file, entry.read().data as Uint8Array); // u8 elements are bytes
}
