import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  type CompiledModel,
  type Diagnostic,
  inputKind,
  type ModelFile,
  namesOf,
  pipelineName,
  readModelInfo,
  type VerifySubject,
} from "@yolo-compile/compiler";
import { usage } from "./diagnostics.js";
import { openFile, readWhole } from "./files.js";
import { compileInputs, openInputs } from "./inputs.js";
import { imageSize, type NetworkOptions } from "./options.js";

export interface SubjectOptions extends NetworkOptions {
  readonly files: readonly string[];
  readonly golden?: string;
}

/** What a command line asks to be judged. `close` frees the weights. */
export interface OpenedSubject {
  readonly subject: VerifySubject;
  /** Class names by index. */
  readonly names: readonly string[];
  readonly notes: readonly Diagnostic[];
  close(): void;
}

/** @throws usage, input/unreadable, onnx/malformed, and what compiling throws */
export function openSubject(options: SubjectOptions): OpenedSubject {
  const { size, rest } = imageSize(options.imgsz);
  const paths = [...options.files, ...rest];
  const models = paths.filter(isModel);
  if (models.length === paths.length && options.golden !== undefined) return openGolden(models, options.golden);
  if (models.length === 2 && paths.length === 2) return openModels(models[0]!, models[1]!);
  if (models.length > 0)
    throw usage(
      `${models.join(" and ")}: ${models.length === 1 ? "one model" : "models"} and ${paths.length - models.length} other files`,
      "give two models, one with --golden DIR, or a checkpoint",
    );
  if (options.golden !== undefined) throw usage("--golden needs an ONNX model", "compile it first");
  return openSource(paths, size, options);
}

function isModel(path: string): boolean {
  const file = openFile(path);
  try {
    return inputKind(file) === "onnx";
  } finally {
    file.close();
  }
}

function readModel(path: string): ModelFile {
  const bytes = readWhole(path);
  return { name: path, bytes, info: readModelInfo(bytes, path) };
}

function openModels(first: string, second: string): OpenedSubject {
  const [reference, candidate] = [readModel(first), readModel(second)];
  return {
    subject: { kind: "models", reference, candidate },
    names: namesOf(candidate.info),
    notes: [],
    close: () => {},
  };
}

function openGolden([path, ...others]: readonly string[], folder: string): OpenedSubject {
  if (path === undefined || others.length > 0)
    throw usage("--golden takes one model", "yolo-compile verify best.onnx --golden golden/");
  if (!existsSync(folder)) throw usage(`--golden ${folder}: there is no such folder`);
  const candidate = readModel(path);
  const open = (file: string) => (existsSync(join(folder, file)) ? openFile(join(folder, file)) : undefined);
  const golden = { name: folder, open };
  return { subject: { kind: "golden", candidate, golden }, names: namesOf(candidate.info), notes: [], close: () => {} };
}

function openSource(paths: readonly string[], size: readonly [number, number], options: SubjectOptions): OpenedSubject {
  const inputs = openInputs(paths, options);
  const close = (): void => inputs.checkpoint?.close();
  try {
    const compiled: CompiledModel = compileInputs(inputs, size, options);
    const subject = { kind: "compiled", compiled, passes: pipelineName(options.passes), opset: options.opset } as const;
    return { subject, names: compiled.names, notes: compiled.notes, close };
  } catch (error) {
    close();
    throw error;
  }
}
