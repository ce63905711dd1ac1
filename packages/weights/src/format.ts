import type { ByteSource, Diagnostic } from "@yolo-compile/core";
import type { Checkpoint } from "./checkpoint.js";
import type { EncodedFile, WeightsToWrite } from "./convert/encoded-file.js";
import type { PickleOptions, PickleReader } from "./pickle/reader.js";
import { openZip, type ZipArchive } from "./zip/archive.js";

/** Options of {@link openCheckpoint}. */
export interface OpenOptions extends PickleOptions {
  /** Key of a torch file's top-level dict to take; by default the first of ema, model, state_dict that holds weights. */
  readonly entry?: string;
  /**
   * Opens a file that lies beside the checkpoint, for formats of several files. The name has no directory.
   * What it opens is closed by `onClose` too.
   */
  readonly sibling?: (name: string) => ByteSource;
  /** Called once when the checkpoint is closed: to close the file. */
  readonly onClose?: () => void;
}

/** A file and its beginning, by which formats recognise theirs. */
export interface FileProbe {
  readonly source: ByteSource;
  /** The first bytes, at most {@link HEAD_BYTES}. */
  readonly head: Uint8Array;
  /**
   * The directory, where the file starts as a zip archive; read once.
   * @throws weights/truncated, zip/*
   */
  archive(): ZipArchive | undefined;
}

/** The tools that formats get to open one file. */
export interface OpenContext {
  readonly options: OpenOptions;
  readonly pickles: PickleReader;
  /**
   * A file beside the checkpoint; its reads are checked as those of the checkpoint are.
   * @throws weights/sibling
   */
  sibling(name: string): ByteSource;
}

/** The part of a checkpoint that a format fills in; name, format, suspicious names and `close` are added. */
export type OpenedFile = Pick<Checkpoint, "tensors" | "model" | "metadata" | "notes" | "flat" | "ofGraph">;

/** A file format: its own file, and one line in the table of `formats.ts`. */
export interface Format {
  readonly name: string;
  /** By content, never by file name. The first in the table that matches is taken. */
  matches(probe: FileProbe): boolean;
  /** @throws CompileError */
  open(probe: FileProbe, context: OpenContext): OpenedFile;
  /** Left out by formats that are read only. */
  readonly writing?: FormatWriter;
}

/** Writes weights as files of one format. */
export interface FormatWriter {
  /** Extensions of output names that choose this format: `.npz`. */
  readonly extensions: readonly string[];
  /** @throws weights/name */
  write(weights: WeightsToWrite): EncodedFile;
  /** Notes on the contents of a checkpoint that the format cannot store. */
  losses(checkpoint: Checkpoint): readonly Diagnostic[];
  /** Whether the file stores the yaml and the class names. */
  readonly metadata: boolean;
}

/** Enough for every signature; tar's is the last, at byte 257. */
const HEAD_BYTES = 512;

/** A zip begins with an entry. An empty zip, which begins with its end record, holds no weights. */
const ZIP_STARTS: readonly string[] = ["PK\x03\x04", "PK\x05\x06"];

/** Reads the head of a file; the rest as formats ask for it. */
export function probeFile(source: ByteSource): FileProbe {
  const head = source.read(0, Math.min(source.size, HEAD_BYTES));
  const isZip = ZIP_STARTS.includes(String.fromCharCode(...head.subarray(0, 4)));
  let archive: ZipArchive | undefined;
  return {
    source,
    head,
    archive() {
      if (isZip) archive ??= openZip(source);
      return archive;
    },
  };
}
