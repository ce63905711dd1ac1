import {
  closeSync,
  constants,
  copyFileSync,
  linkSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { type ByteSource, isCompileError } from "@yolo-compile/compiler";
import { inputSpecial, inputUnreadable, outputUnwritable, usage } from "./diagnostics.js";
import { kindOfFile, openStatus } from "./file-status.js";
import { copyToStdout, fileToReplace, isStdout, placeBeside } from "./output-target.js";
import { errorCode } from "./system-problem.js";
import { makeTemporaryFolder, removeDeadFolders } from "./temporary-folder.js";

/** A file that is read piece by piece. `close` frees it; a second time it does nothing. */
export interface FileSource extends ByteSource {
  close(): void;
}

/** @throws input/unreadable */
export function openFile(path: string): FileSource {
  const { handle, size } = openRegular(path);
  let open = true;
  return {
    name: path,
    size,
    read: (offsetBytes, length) => readExactly(handle, path, offsetBytes, new Uint8Array(length)),
    readInto: (offsetBytes, target) => void readExactly(handle, path, offsetBytes, target),
    close: () => {
      if (open) closeSync(handle);
      open = false;
    },
  };
}

/** Opens a regular file; others are refused, without waiting for the writer of a pipe. */
function openRegular(path: string): { readonly handle: number; readonly size: number } {
  let handle: number;
  try {
    handle = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    // A socket cannot be opened.
    throw errorCode(error) === "ENXIO" ? inputSpecial(path, "a socket") : inputUnreadable(path, errorCode(error));
  }
  const status = openStatus(handle);
  if (status.isFile()) return { handle, size: Number(status.size) };
  closeSync(handle);
  throw status.isDirectory() ? inputUnreadable(path, "EISDIR") : inputSpecial(path, kindOfFile(status));
}

/** The most bytes of one read or write; Node refuses 2 GB. */
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

/**
 * A hidden folder beside the output for unfinished files. It is removed by `discard`, or when the process ends; that of a
 * process that is killed, by a later one.
 */
export interface Workspace {
  readonly folder: string;
  /** Path of an unfinished file. */
  path(name: string): string;
  /**
   * Keeps a finished file open. Should this process be killed, its name is removed at once; the work of freeing a gigabyte is then
   * that of the process which ends.
   */
  keepOpen(path: string): void;
  /**
   * Moves finished files to their targets, and files that nothing needs any more out of the way: all of them, or none.
   * @throws output/unwritable
   */
  publish(targets: ReadonlyMap<string, string>, obsolete?: readonly string[]): void;
  discard(): void;
}

/** @throws output/unwritable if nothing can be written beside `output`, or it is neither a file nor a new name */
export function openWorkspace(output: string): Workspace {
  const place = placeBeside(output);
  removeDeadFolders(place);
  let folder: string;
  try {
    folder = makeTemporaryFolder(place);
  } catch (error) {
    throw outputUnwritable(output, errorCode(error));
  }
  const open: number[] = [];
  const discard = (): void => {
    for (const handle of open.splice(0)) closeSync(handle);
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", discard);
  return {
    folder,
    path: (name) => join(folder, name),
    keepOpen: (path) => {
      // Windows moves and removes no file that is open.
      if (process.platform !== "win32") open.push(openSync(path, "r"));
    },
    publish: (targets, obsolete = []) => {
      const [[name, to] = []] = targets;
      if (name !== undefined && isStdout(to)) {
        if (targets.size > 1)
          throw usage("a model with data beside it does not go to stdout", "give a file as --output");
        return copyToStdout(join(folder, name));
      }
      const moves = [...targets].map(([from, target]) => ({ from: join(folder, from), to: fileToReplace(target) }));
      const aside = obsolete.map((from, index) => ({ from, to: join(folder, `obsolete-${index}`) }));
      moveTogether([...aside, ...moves], (index) => join(folder, `replaced-${index}`));
    },
    discard: () => {
      discard();
      process.off("exit", discard);
    },
  };
}

interface Move {
  readonly from: string;
  readonly to: string;
}

/**
 * Moves files one by one; when one cannot be moved, the earlier ones move back and the files that they replaced are
 * restored.
 */
function moveTogether(moves: readonly Move[], placeOfReplaced: (index: number) => string): void {
  const undo: (() => void)[] = [];
  for (const [index, { from, to }] of moves.entries())
    try {
      const replaced = moves.length > 1 && keepReplaced(to, placeOfReplaced(index));
      renameSync(from, to);
      undo.push(() => {
        renameSync(to, from);
        if (replaced) renameSync(placeOfReplaced(index), to);
      });
    } catch (error) {
      for (const step of undo.reverse()) step();
      throw outputUnwritable(to, errorCode(error));
    }
}

/**
 * Keeps the file that a move replaces under a second name, or as a copy on a file system without hard links.
 * @returns whether there is one
 */
function keepReplaced(path: string, place: string): boolean {
  try {
    linkSync(path, place);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    copyFileSync(path, place);
  }
  return true;
}

/** Writes chunks one after the other. Errors in making a chunk are passed on. @throws output/unwritable */
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

/** Writes a file that appears whole or not at all. Errors in making a chunk are passed on. @throws output/unwritable */
export function writeWhole(path: string, chunks: Iterable<Uint8Array>): void {
  const workspace = openWorkspace(path);
  try {
    writeChunks(workspace.path("unfinished"), chunks);
    workspace.publish(new Map([["unfinished", path]]));
  } finally {
    workspace.discard();
  }
}

/** The most bytes of a text file: commands take yamls, which have some KB. */
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
