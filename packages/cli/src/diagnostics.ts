import { CompileError, type Diagnostic, isCompileError } from "@yolo-compile/compiler";
import { systemProblem } from "./system-problem.js";

const READ_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "it may not be read",
  EISDIR: "it is a folder",
  ELOOP: "its links lead in a circle",
  ENAMETOOLONG: "its name is too long",
  ENOTDIR: "its folder is a file",
};

/** Node's replacement for bytes of a command line or a folder that are not UTF-8. */
const NO_UTF8 = "\ufffd";

/** For an input that cannot be opened or read; `problem` is an error code of Node.js or a sentence. */
export const inputUnreadable = (path: string, problem: string): CompileError =>
  new CompileError({
    code: "input/unreadable",
    ...(systemProblem(problem) && { blame: "system" }),
    message: `cannot read ${path}: ${READ_PROBLEMS[problem] ?? systemProblem(problem) ?? problem}`,
    ...(problem === "ENOENT" && path.includes(NO_UTF8) && { hint: "a name that is not UTF-8 is not found: rename it" }),
  });

/** For a name that is neither a file nor a network; `near` are the names that are closest. */
export const noSuchNetwork = (path: string, near: readonly string[]): CompileError =>
  new CompileError({
    code: "input/unreadable",
    message: `cannot read ${path}: there is no such file, and no yaml of that name is built in`,
    hint: `did you mean ${near.join(" or ")}?`,
  });

/** For an input that is no regular file: it may have no end, or never begin. */
export const inputSpecial = (path: string, kind: string): CompileError =>
  new CompileError({
    code: "input/unreadable",
    message: `cannot read ${path}: it is ${kind}, not a file`,
    hint: `save what it gives first: cat ${path} > file`,
  });

const WRITE_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: "its folder does not exist",
  EACCES: "the folder may not be written",
  EROFS: "the file system is read-only",
  EISDIR: "it is a folder",
  ELOOP: "its links lead in a circle",
  ENAMETOOLONG: "its name is too long",
  ENOTDIR: "its folder is a file",
  EPERM: "it may not be replaced",
};

/** For an output that cannot be made, written or moved; `problem` is an error code of Node.js. */
export const outputUnwritable = (path: string, problem: string): CompileError =>
  new CompileError({
    code: "output/unwritable",
    ...(systemProblem(problem) && { blame: "system" }),
    message: `cannot write ${path}: ${WRITE_PROBLEMS[problem] ?? systemProblem(problem) ?? problem}`,
  });

/** For a file of `--modules` that cannot be run to its end. */
export const modulesFail = (path: string, error: unknown): CompileError =>
  new CompileError({
    code: "modules/run",
    message: `${path} does not run: ${error instanceof Error ? error.message : String(error)}`,
    hint: "--modules takes an ES module that exports `modules`; docs/modules.md builds one",
  });

/** For an output's name that belongs to a folder, a device or a pipe. */
export const outputSpecial = (path: string, kind: string): CompileError =>
  new CompileError({
    code: "output/unwritable",
    message: `cannot write ${path}: it is ${kind}, and only files are replaced`,
    hint: "give a file, or - to write to stdout",
  });

/** For an error of the machine that no other diagnostic covers. */
export const systemRefuses = (problem: string): CompileError =>
  new CompileError({ code: "system/refused", blame: "system", message: problem });

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

/** Whether an error is about one picture, so that others can still be looked at. */
export const isPictureProblem = (error: unknown): error is CompileError =>
  isCompileError(error) && error.diagnostic.blame === "input" && /^(image|input|output)\//.test(error.diagnostic.code);

/** A note that only some pictures are taken, since every one keeps its pixels and outputs in memory. */
export const somePictures = (taken: number, found: number): Diagnostic => ({
  code: "verify/pictures",
  severity: "note",
  message: `${taken} of ${found} pictures are looked at`,
  hint: `--max-images ${found} takes all`,
});

/** For a family that `modules` does not know; `near` are the nearest names, or all. */
export const noSuchFamily = (name: string, near: readonly string[]): CompileError =>
  new CompileError({
    code: "usage",
    message: `there is no family ${name}`,
    hint: `families are ${near.join(", ")}`,
  });
