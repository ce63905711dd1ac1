import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  compileGraphs,
  type Diagnostic,
  encodeModel,
  type InputKind,
  inputKind,
  namedYaml,
  pipelineName,
} from "@yolo-compile/compiler";
import { type CompiledSubject, type ModelFile, modelFile, namesOf, type VerifySubject } from "@yolo-compile/proof";
import { usage } from "./diagnostics.js";
import { openFile, readWhole } from "./files.js";
import { graphsRequest, openInputs, openNamed } from "./inputs.js";
import { dynamicAxes, imageSize, type NetworkOptions } from "./options.js";

/** Options of `verify` for the subject: files, and a folder of known outputs. */
export interface SubjectOptions extends NetworkOptions {
  readonly files: readonly string[];
  readonly golden?: string | undefined;
}

/** The subject of a verification. `close` frees the weights. */
export interface OpenedSubject {
  readonly subject: VerifySubject;
  /** Class names by index. */
  readonly names: readonly string[];
  readonly notes: readonly Diagnostic[];
  /** The paths of models, weights and yamls. */
  readonly files: readonly string[];
  close(): void;
}

/** @throws usage, input/unreadable, onnx/malformed, and what compiling throws */
export function openSubject(options: SubjectOptions): OpenedSubject {
  const { size, rest } = imageSize(options.imgsz);
  const files = [...options.files, ...rest, ...dynamicAxes(options.dynamic).rest];
  return { ...openPaths(files, size, options), files };
}

function openPaths(
  paths: readonly string[],
  size: readonly [number, number],
  options: SubjectOptions,
): Omit<OpenedSubject, "files"> {
  const models = paths.filter(isModel);
  if (models.length === paths.length && options.golden !== undefined) return openGolden(models, options.golden);
  if (models.length === 2 && paths.length === 2) return openModels(models[0]!, models[1]!);
  if (options.golden !== undefined) throw usage("--golden needs an ONNX model and nothing else", "compile it first");
  if (models.length > 1 || models.length === paths.length)
    throw usage(
      `${paths.join(" and ")}: ${models.length} models and ${paths.length - models.length} other files`,
      "give two models, a checkpoint and a model, one model with --golden DIR, or a checkpoint",
    );
  if (models.length === 1) return openModelOfSource(paths, readModel(models[0]!), size, options);
  return openSource(paths, size, options);
}

function kindOf(path: string): InputKind {
  if (!existsSync(path) && namedYaml(path)) return "config";
  const file = openNamed(path);
  try {
    return inputKind(file);
  } finally {
    file.close();
  }
}

const isModel = (path: string): boolean => kindOf(path) === "onnx";

const isConfig = (path: string): boolean => kindOf(path) === "config";

function readModel(path: string): ModelFile {
  return modelFile(path, readWhole(path), path);
}

function openModels(first: string, second: string): Omit<OpenedSubject, "files"> {
  const [reference, candidate] = [readModel(first), readModel(second)];
  return {
    subject: { kind: "models", reference, candidate },
    names: namesOf(candidate.info),
    notes: [],
    close: () => {},
  };
}

function openGolden([path, ...others]: readonly string[], folder: string): Omit<OpenedSubject, "files"> {
  if (path === undefined || others.length > 0)
    throw usage("--golden takes one model", "yolo-compile verify best.onnx --golden golden/");
  if (!existsSync(folder)) throw usage(`--golden ${folder}: there is no such folder`);
  const candidate = readModel(path);
  const open = (file: string) => (existsSync(join(folder, file)) ? openFile(join(folder, file)) : undefined);
  const golden = { name: folder, open };
  return { subject: { kind: "golden", candidate, golden }, names: namesOf(candidate.info), notes: [], close: () => {} };
}

/**
 * Any model against the plain graph of the checkpoint that it was made from. A yaml alone takes the weights of the model
 * itself. The graph has the sizes that the model fixes.
 */
function openModelOfSource(
  paths: readonly string[],
  candidate: ModelFile,
  size: readonly [number, number],
  options: SubjectOptions,
): Omit<OpenedSubject, "files"> {
  const sources = paths.filter((path) => path !== candidate.name);
  const [batch, , height, width] = candidate.info.inputs[0]?.shape ?? [];
  const fixed = (found: number | string | undefined, given: number): number =>
    typeof found === "number" ? found : given;
  const opened = openSource(
    sources.length === 1 && isConfig(sources[0]!) ? paths : sources,
    [fixed(height, size[0]), fixed(width, size[1])],
    { ...options, batch: fixed(batch, options.batch), passes: "none" },
  );
  const { compiled: source } = opened.subject;
  const { graph, outputs } = source.reference;
  const bytes = new Uint8Array(Buffer.concat([...encodeModel(graph, { opset: options.opset }).chunks()]));
  const name = `the plain graph of ${sources.join(" and ")}`;
  return {
    ...opened,
    subject: { kind: "models", reference: modelFile(name, bytes), candidate, layouts: outputs, source },
  };
}

function openSource(
  paths: readonly string[],
  size: readonly [number, number],
  options: SubjectOptions,
): Omit<OpenedSubject, "files"> & { readonly subject: CompiledSubject } {
  const inputs = openInputs(paths, options);
  const close = (): void => inputs.checkpoint?.close();
  try {
    const compiled = compileGraphs(graphsRequest(inputs, size, options));
    const subject = { kind: "compiled", compiled, passes: pipelineName(options.passes), opset: options.opset } as const;
    return { subject, names: compiled.names, notes: compiled.notes, close };
  } catch (error) {
    close();
    throw error;
  }
}
