import { type ByteSource, isCompileError } from "@yolo-compile/core";
import type { Checkpoint } from "./checkpoint.js";
import { besideNames, emptyFile, foreignFormat, suspiciousNames, unknownFormat } from "./diagnostics.js";
import { FOREIGN_FORMATS } from "./foreign.js";
import { type FileProbe, type Format, type OpenOptions, probeFile } from "./format.js";
import { type GuardedSource, guardSource, siblingFiles } from "./guarded-source.js";
import { npy } from "./numpy/npy.js";
import { npz } from "./numpy/npz.js";
import { onnx } from "./onnx/onnx.js";
import { type PickleReader, pickleReader } from "./pickle/reader.js";
import { scanSuspicious } from "./pickle/scan-suspicious.js";
import { safetensors } from "./safetensors/safetensors.js";
import { shardedSafetensors } from "./safetensors/sharded.js";
import { plainPickle } from "./torch/plain-pickle.js";
import { torchLegacy } from "./torch/torch-legacy.js";
import { torchScript } from "./torch/torch-script.js";
import { torchTar } from "./torch/torch-tar.js";
import { torchZip } from "./torch/torch-zip.js";
import { wts } from "./wts/wts.js";

/** The formats that are read, and some of them written. A new one is one line. */
export const FORMATS: readonly Format[] = [
  torchZip,
  torchScript,
  safetensors,
  torchLegacy,
  torchTar,
  shardedSafetensors,
  npz,
  npy,
  wts,
  onnx,
  plainPickle,
];

/** The formats that can be written, by the extension of the output's name. */
export const WRITABLE_FORMATS: ReadonlyMap<string, Format & Required<Pick<Format, "writing">>> = new Map(
  FORMATS.flatMap(({ writing, ...format }) =>
    (writing?.extensions ?? []).map((extension) => [extension, { ...format, writing: writing! }] as const),
  ),
);

/** Whether a file is of one of the formats, by its content. A damaged archive is none. */
export function isOfKnownFormat(source: ByteSource): boolean {
  const probe = probeFile(source);
  try {
    return FORMATS.some((format) => format.matches(probe));
  } catch (error) {
    if (isCompileError(error)) return false;
    throw error;
  }
}

/** The number of first bytes that a message shows of a file of unknown format. */
const SHOWN_BYTES = 8;

/**
 * Opens a checkpoint, whatever its format. Names, shapes and the record of its network are read and checked; weights are
 * read when asked for.
 * @throws weights/*, zip/*, pickle/*, safetensors/*, npy/*, wts/*, tar/*, onnx/*
 */
export function openCheckpoint(source: ByteSource, options: OpenOptions = {}): Checkpoint {
  const guarded = guardSource(source, options.onClose);
  const pickles = pickleReader(source.name, options);
  try {
    return openGuarded(guarded, pickles, options);
  } catch (error) {
    if (!isCompileError(error) || error.diagnostic.code === "weights/suspicious") throw error;
    const names = [...new Set([...pickles.suspicious, ...scanSuspicious(guarded)])];
    if (names.length === 0) throw error;
    throw options.allowSuspicious ? besideNames(error, names) : suspiciousNames(source.name, names);
  }
}

function openGuarded(source: GuardedSource, pickles: PickleReader, options: OpenOptions): Checkpoint {
  const { name } = source;
  if (source.size === 0) throw emptyFile(name);
  const probe = probeFile(source);
  const format = FORMATS.find((candidate) => candidate.matches(probe));
  if (!format) throw notRead(probe);
  const siblings = siblingFiles(name, options.sibling);
  const opened = format.open(probe, { options, pickles, sibling: siblings.open });
  const close = () => {
    siblings.close();
    source.close();
  };
  return { name, format: format.name, ...opened, suspicious: pickles.suspicious, close };
}

function notRead(probe: FileProbe) {
  const { name, size } = probe.source;
  const foreign = FOREIGN_FORMATS.find((candidate) => candidate.matches(probe));
  if (foreign) return foreignFormat(name, foreign.looksLike, foreign.hint);
  return unknownFormat(
    name,
    size,
    startOf(probe.head),
    FORMATS.map((format) => format.name),
  );
}

function startOf(head: Uint8Array): string {
  const shown = head.subarray(0, SHOWN_BYTES);
  return `the bytes ${Array.from(shown, (byte) => byte.toString(16).padStart(2, "0")).join(" ")}`;
}
