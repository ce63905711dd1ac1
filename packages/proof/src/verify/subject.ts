import type { CompiledGraphs } from "@yolo-compile/compiler";
import type { OutputLayout } from "@yolo-compile/core";
import type { Graph } from "@yolo-compile/ir";
import { encodeBytes, type ModelInfo, readModelInfo } from "@yolo-compile/onnx";
import type { PipelineName } from "@yolo-compile/passes";
import {
  CPU,
  checkExternalData,
  type ExpectedCase,
  type ModelSource,
  openSession,
  runReference,
} from "@yolo-compile/runtime";
import type { VerifyInput } from "../verify-inputs/index.js";
import { chooseInputs, type InputChoice } from "./choose-inputs.js";
import { type GoldenFolder, readGolden } from "./golden.js";
import { SHAKE_SEED, shakeConstants } from "./shake-constants.js";

/** An ONNX model, ours or anybody's. */
export interface ModelFile {
  /** Its path, or what a graph in memory is called. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly info: ModelInfo;
  /** Where it lies, for one whose tensors lie in files beside it. */
  readonly path?: string;
}

/** A model in memory, or in a file at `path`. @throws onnx/malformed */
export const modelFile = (name: string, bytes: Uint8Array, path?: string): ModelFile => ({
  name,
  bytes,
  info: readModelInfo(bytes, name),
  ...(path !== undefined && { path }),
});

/** Both graphs of one source. */
export interface CompiledSubject {
  readonly kind: "compiled";
  readonly compiled: CompiledGraphs;
  readonly passes: PipelineName;
  readonly opset: number;
}

/** What is judged: our own two graphs, two models, or a model by answers that are known. */
export type VerifySubject =
  | CompiledSubject
  | {
      readonly kind: "models";
      readonly reference: ModelFile;
      readonly candidate: ModelFile;
      /** What the outputs of the reference hold, where that is known. */
      readonly layouts?: readonly OutputLayout[];
    }
  | { readonly kind: "golden"; readonly candidate: ModelFile; readonly golden: GoldenFolder };

/** What runs. */
export interface NamedModel {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** What ONNX Runtime opens: the bytes, or a path that data lie beside. */
  readonly source: ModelSource;
}

/** What runs for a subject. */
export interface SubjectModels {
  /** The model that is right by definition; answers that are known have none. */
  readonly reference?: NamedModel;
  readonly candidate: NamedModel;
}

const OPTIMISED = "the optimised graph";

/** Encodes the graphs of a compiled subject, which takes as much memory as their files. @throws runtime/external-data */
export function modelsOf(subject: VerifySubject): SubjectModels {
  if (subject.kind === "golden") return { candidate: fileModel(subject.candidate) };
  if (subject.kind === "models")
    return { reference: fileModel(subject.reference), candidate: fileModel(subject.candidate) };
  const { compiled, opset } = subject;
  const encoded = (name: string, graph: Graph): NamedModel => {
    const bytes = encodeBytes(graph, { opset });
    return { name, bytes, source: bytes };
  };
  const reference = encoded("the plain graph", compiled.plain);
  if (compiled.optimized === compiled.plain) return { reference, candidate: { ...reference, name: OPTIMISED } };
  return { reference, candidate: encoded(OPTIMISED, compiled.optimized) };
}

function fileModel({ name, bytes, info, path }: ModelFile): NamedModel {
  const source = info.externalData.length === 0 ? bytes : (path ?? bytes);
  checkExternalData(source, name, info.externalData);
  return { name, bytes, source };
}

/** What is known of the outputs. */
export function knownLayouts(subject: VerifySubject): readonly OutputLayout[] {
  if (subject.kind === "compiled") return subject.compiled.outputs;
  return subject.kind === "models" ? (subject.layouts ?? []) : [];
}

/** The inputs and what has to come out. @throws runtime/…, verify/…, npy/malformed */
export async function casesOf(
  subject: VerifySubject,
  { reference, candidate }: SubjectModels,
  inputs: InputChoice,
): Promise<ExpectedCase<VerifyInput>[]> {
  if (subject.kind === "golden") {
    const { name, source } = candidate;
    const session = await openSession(source, { provider: CPU, level: "disabled", name });
    await session.release();
    return [readGolden(session, subject.golden)];
  }
  const { name, source } = reference!; // only goldens have none
  const shaken =
    subject.kind === "compiled"
      ? () => encodeBytes(shakeConstants(subject.compiled.plain, SHAKE_SEED), { opset: subject.opset })
      : undefined;
  return runReference({
    model: source,
    name,
    layouts: knownLayouts(subject),
    inputs: (session) => chooseInputs(session, inputs),
    ...(shaken && { shakenModel: shaken }),
  });
}
