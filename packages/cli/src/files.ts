import {
  closeSync,
  copyFileSync,
  fstatSync,
  linkSync,
  mkdtempSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { type ByteSource, isCompileError } from "@yolo-compile/compiler";
import { inputUnreadable, outputUnwritable } from "./diagnostics.js";

/** A file that is read piece by piece. `close` frees it; a second time it does nothing. */
export interface FileSource extends ByteSource {
  close(): void;
}

const errorCode = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error ? String(error.code) : String(error);

/** @throws input/unreadable */
export function openFile(path: string): FileSource {
  let handle: number;
  try {
    handle = openSync(path, "r");
  } catch (error) {
    throw inputUnreadable(path, errorCode(error));
  }
  const status = fstatSync(handle);
  if (!status.isFile()) {
    closeSync(handle);
    throw inputUnreadable(path, status.isDirectory() ? "EISDIR" : "not a file");
  }
  let open = true;
  return {
    name: path,
    size: status.size,
    read: (offsetBytes, length) => readExactly(handle, path, offsetBytes, new Uint8Array(length)),
    readInto: (offsetBytes, target) => void readExactly(handle, path, offsetBytes, target),
    close: () => {
      if (open) closeSync(handle);
      open = false;
    },
  };
}

/** Node refuses to read or write 2 GB at once. */
const MOST_BYTES = 1 << 30;

function readExactly(handle: number, path: string, offsetBytes: number, bytes: Uint8Array): Uint8Array {
  const { length } = bytes;
  for (let done = 0; done < length; ) {
    const count = readSync(handle, bytes, done, Math.min(length - done, MOST_BYTES), offsetBytes + done);
    if (count === 0) throw inputUnreadable(path, "it became shorter while it was read");
    done += count;
  }
  return bytes;
}

/** @throws input/unreadable */
export function readWhole(path: string): Uint8Array {
  const file = openFile(path);
  try {
    return file.read(0, file.size);
  } finally {
    file.close();
  }
}

/** A folder beside the output for files that are not finished. It goes away with `discard`, or when the process ends. */
export interface Workspace {
  /** Path of an unfinished file. */
  path(name: string): string;
  /** Moves finished files to their targets: all of them, or none. @throws output/unwritable */
  publish(targets: ReadonlyMap<string, string>): void;
  discard(): void;
}

/** @throws output/unwritable if nothing can be written beside `output` */
export function openWorkspace(output: string): Workspace {
  const target = resolve(output);
  let folder: string;
  try {
    folder = mkdtempSync(join(dirname(target), `.${basename(target)}-`));
  } catch (error) {
    throw outputUnwritable(output, errorCode(error));
  }
  const discard = (): void => rmSync(folder, { recursive: true, force: true });
  const interrupted = (): void => {
    discard();
    process.exit(130);
  };
  process.once("exit", discard);
  process.once("SIGINT", interrupted);
  process.once("SIGTERM", interrupted);
  return {
    path: (name) => join(folder, name),
    publish: (targets) => {
      const moves = [...targets].map(([name, to]) => ({ from: join(folder, name), to }));
      moveTogether(moves, (index) => join(folder, `replaced-${index}`));
    },
    discard: () => {
      discard();
      process.off("exit", discard);
      process.off("SIGINT", interrupted);
      process.off("SIGTERM", interrupted);
    },
  };
}

interface Move {
  readonly from: string;
  readonly to: string;
}

/** Moves files one by one; when one cannot be moved, those before it go back and what they replaced stands there again. */
function moveTogether(moves: readonly Move[], placeOfReplaced: (index: number) => string): void {
  const undo: (() => void)[] = [];
  for (const [index, { from, to }] of moves.entries())
    try {
      const replaced = moves.length > 1 && keepReplaced(to, placeOfReplaced(index));
      renameSync(from, to);
      undo.push(() => (replaced ? renameSync(placeOfReplaced(index), to) : rmSync(to)));
    } catch (error) {
      for (const step of undo.reverse()) step();
      throw outputUnwritable(to, errorCode(error));
    }
}

/** Keeps what a move replaces under a second name, or as a copy on a file system without them. @returns whether there is anything */
function keepReplaced(path: string, place: string): boolean {
  try {
    linkSync(path, place);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    copyFileSync(path, place);
  }
  return true;
}

/** Writes chunks one after the other. What goes wrong in making a chunk is passed on. @throws output/unwritable */
export function writeChunks(path: string, chunks: Iterable<Uint8Array>): void {
  const attempt = <Result>(action: () => Result): Result => {
    try {
      return action();
    } catch (error) {
      throw outputUnwritable(path, errorCode(error));
    }
  };
  const handle = attempt(() => openSync(path, "w"));
  try {
    for (const chunk of chunks)
      for (let done = 0; done < chunk.byteLength; )
        done += attempt(() => writeSync(handle, chunk, done, Math.min(chunk.byteLength - done, MOST_BYTES)));
  } finally {
    closeSync(handle);
  }
}

/** Writes a file that appears whole or not at all. What goes wrong in making a chunk is passed on. @throws output/unwritable */
export function writeWhole(path: string, chunks: Iterable<Uint8Array>): void {
  const workspace = openWorkspace(path);
  try {
    writeChunks(workspace.path("unfinished"), chunks);
    workspace.publish(new Map([["unfinished", path]]));
  } finally {
    workspace.discard();
  }
}

/** Text files that commands take are yaml, of some KB. */
const MAX_TEXT_BYTES = 1 << 24;

/** Reads a text file whole and closes it. @throws input/unreadable */
export function readText(file: FileSource): string {
  try {
    if (file.size > MAX_TEXT_BYTES) throw inputUnreadable(file.name, `${file.size} bytes are too many for a yaml`);
    return new TextDecoder("utf-8", { fatal: true }).decode(file.read(0, file.size));
  } catch (error) {
    throw isCompileError(error) ? error : inputUnreadable(file.name, "it is no UTF-8 text");
  } finally {
    file.close();
  }
}
