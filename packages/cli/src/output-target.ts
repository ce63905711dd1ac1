import { type BigIntStats, closeSync, openSync, readSync, realpathSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, extname, join, resolve } from "node:path";
import { outputSpecial, outputUnwritable, usage } from "./diagnostics.js";
import { kindOfFile, linkStatusAt, statusAt } from "./file-status.js";
import { errorCode } from "./system-problem.js";

const STDOUT: ReadonlySet<string | undefined> = new Set(["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"]);

/** Whether an output is this process's stdout. */
export const isStdout = (output: string | undefined): boolean => STDOUT.has(output);

/** Endings of what other tools make of a model, and the command that does. */
const MADE_BY_OTHERS: ReadonlyMap<string, (model: string, output: string) => string> = new Map([
  [".engine", (model: string, output: string) => `trtexec --onnx=${model} --saveEngine=${output}`],
  [".plan", (model: string, output: string) => `trtexec --onnx=${model} --saveEngine=${output}`],
  [".trt", (model: string, output: string) => `trtexec --onnx=${model} --saveEngine=${output}`],
  [".ort", (model: string) => `python -m onnxruntime.tools.convert_onnx_models_to_ort ${model}`],
  [".xml", (model: string) => `ovc ${model}`],
  [".param", (model: string) => `pnnx ${model}`],
  [".safetensors", (_model: string, output: string) => `yolo-compile convert WEIGHTS -o ${output}`],
  [".npz", (_model: string, output: string) => `yolo-compile convert WEIGHTS -o ${output}`],
  [".wts", (_model: string, output: string) => `yolo-compile convert WEIGHTS -o ${output}`],
]);

/**
 * The file of a model: in a folder, that of the usual name.
 * @throws usage for a folder that is not there, and for a file that a model is not
 */
export function outputFile(given: string | undefined, usual: string): string {
  if (given === undefined) return usual;
  if (isStdout(given)) return given;
  if (isFolder(given)) return join(given, usual);
  if (/[/\\]$/.test(given)) throw usage(`--output ${given}: there is no such folder`, `mkdir -p ${given}`);
  const extension = extname(given).toLowerCase();
  const make = MADE_BY_OTHERS.get(extension);
  if (make)
    throw usage(
      `--output ${given}: an ONNX model is written, which is no ${extension} file`,
      `-o ${usual}, then ${make(usual, given)}`,
    );
  return given;
}

/** Whether a path is that of a folder. */
export const isFolder = (path: string): boolean => statusOf(path, statusAt)?.isDirectory() ?? false;

/** The folder for the unfinished files of `output`: its own, so that they can be moved. @throws output/unwritable */
export const placeBeside = (output: string): string => (isStdout(output) ? tmpdir() : dirname(fileToReplace(output)));

/**
 * The file that an output replaces, links followed, or else a new name.
 * @throws output/unwritable for what is no file: a folder, a device, a pipe, a link to nothing
 */
export function fileToReplace(output: string): string {
  const link = statusOf(output, linkStatusAt);
  if (!link) return output;
  const status = statusOf(output, statusAt);
  if (!status) throw outputSpecial(output, "a link to nothing");
  if (status.isDirectory()) throw outputUnwritable(output, "EISDIR");
  if (!status.isFile()) throw outputSpecial(output, kindOfFile(status));
  return link.isSymbolicLink() ? realpathSync(output) : output;
}

function statusOf(path: string, look: (path: string) => BigIntStats): BigIntStats | undefined {
  try {
    return look(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw outputUnwritable(path, errorCode(error));
  }
}

/** Refuses an output that is an input, by whatever name or link. @throws usage */
export const checkIsNoInput = (option: string, output: string, inputs: readonly (string | undefined)[]): void =>
  inputCheck(inputs)(option, output);

/** {@link checkIsNoInput} for many outputs: it looks at the inputs once. */
export function inputCheck(inputs: readonly (string | undefined)[]): (option: string, output: string) => void {
  const named = inputs.filter((input) => input !== undefined);
  const places = new Set(named.map((input) => resolve(input)));
  const files = new Set(named.map(identityOf));
  return (option, output) => {
    const file = identityOf(output);
    if (places.has(resolve(output)) || (file !== undefined && files.has(file)))
      throw usage(`--${option} ${output} is an input file`, "give another name");
  };
}

/** What all names of a file have in common; undefined where there is none. */
function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = statusAt(path);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

const PIECE_BYTES = 1 << 20;
/** The pause before the next attempt to write, where the reader of stdout is slow. */
const RETRY_MS = 2;

/** @throws output/unwritable */
export function copyToStdout(path: string): void {
  const file = openSync(path, "r");
  const piece = new Uint8Array(PIECE_BYTES);
  try {
    for (let count = readSync(file, piece); count > 0; count = readSync(file, piece))
      writeWaiting(piece.subarray(0, count));
  } catch (error) {
    throw outputUnwritable("stdout", errorCode(error));
  } finally {
    closeSync(file);
  }
}

/** Writes all bytes, waiting where a pipe is full. */
function writeWaiting(bytes: Uint8Array): void {
  const clock = new Int32Array(new SharedArrayBuffer(4));
  for (let done = 0; done < bytes.length; )
    try {
      done += writeSync(process.stdout.fd, bytes, done);
    } catch (error) {
      if (errorCode(error) !== "EAGAIN") throw error;
      Atomics.wait(clock, 0, 0, RETRY_MS);
    }
}
