import { CompileError, type Diagnostic } from "@yolo-compile/compiler";

const READ_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "it may not be read",
  EISDIR: "it is a folder",
};

/** For an input that cannot be opened or read; `problem` is an error code of Node.js or a sentence. */
export const inputUnreadable = (path: string, problem: string): CompileError =>
  new CompileError({ code: "input/unreadable", message: `cannot read ${path}: ${READ_PROBLEMS[problem] ?? problem}` });

const WRITE_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: "its folder does not exist",
  EACCES: "the folder may not be written",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EISDIR: "it is a folder",
  ENOTDIR: "its folder is a file",
};

/** For an output that cannot be made, written or moved; `problem` is an error code of Node.js. */
export const outputUnwritable = (path: string, problem: string): CompileError =>
  new CompileError({
    code: "output/unwritable",
    message: `cannot write ${path}: ${WRITE_PROBLEMS[problem] ?? problem}`,
  });

/** For a file of `--modules` that cannot be run to its end. */
export const modulesFail = (path: string, error: unknown): CompileError =>
  new CompileError({
    code: "modules/run",
    message: `${path} does not run: ${error instanceof Error ? error.message : String(error)}`,
    hint: "--modules takes an ES module that exports `modules`; docs/modules.md builds one",
  });

/** For options or files that make no sense, alone or together. */
export const usage = (problem: string, hint?: string): CompileError =>
  new CompileError({ code: "usage", message: problem, ...(hint && { hint }) });

/** For a model of `detect` that is a checkpoint or a yaml. */
export const notOnnx = (path: string): CompileError =>
  new CompileError({
    code: "detect/model",
    message: `${path} is no ONNX model`,
    hint: `compile it first: yolo-compile ${path}`,
  });

/** Every picture keeps its pixels and its answers in memory. */
export const somePictures = (taken: number, found: number): Diagnostic => ({
  code: "verify/pictures",
  severity: "note",
  message: `${taken} of ${found} pictures are looked at`,
  hint: `--max-images ${found} takes all`,
});
