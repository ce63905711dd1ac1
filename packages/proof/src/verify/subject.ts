import { type CompiledGraphs, outputsOf } from "@yolo-compile/compiler";
import type { OutputLayout } from "@yolo-compile/core";
import type { Graph } from "@yolo-compile/ir";
import { readEnding } from "@yolo-compile/network";
import { encodeBytes, type ModelInfo, readModelInfo } from "@yolo-compile/onnx";
import type { PipelineName } from "@yolo-compile/passes";
import {
  type CandidateRequest,
  CPU,
  checkExternalData,
  type ExpectedCase,
  type ModelSource,
  openSession,
  runReference,
  type Session,
} from "@yolo-compile/runtime";
import { describeEnding } from "../endings/describe-ending.js";
import { type Restatement, restatementFor, restatementOf } from "../endings/restate.js";
import { commonInputs, strideOf, type VerifyInput } from "../verify-inputs/index.js";
import { chooseInputs, type InputChoice } from "./choose-inputs.js";
import { otherEndings } from "./diagnostics.js";
import { type GoldenFolder, readGolden } from "./golden.js";
import { type PlaceReference, referenceCases } from "./reference-cases.js";

/** An ONNX model, of whatever tool. */
export interface ModelFile {
  /** Its path, or the name of a graph in memory. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly info: ModelInfo;
  /** The path of the file, for a model whose tensors lie in files beside it. */
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

/** The subject of a verification: our own two graphs, two models, or a model and its known outputs. */
export type VerifySubject =
  | CompiledSubject
  | {
      readonly kind: "models";
      readonly reference: ModelFile;
      readonly candidate: ModelFile;
      /** The layouts of the reference's outputs, as far as they are known. */
      readonly layouts?: readonly OutputLayout[];
      /** The graphs of the checkpoint and the yaml, whose plain one the reference is. */
      readonly source?: CompiledGraphs;
    }
  | { readonly kind: "golden"; readonly candidate: ModelFile; readonly golden: GoldenFolder };

/** A model that runs. */
export interface NamedModel {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The source for ONNX Runtime: the bytes, or the path of a model with external data. */
  readonly source: ModelSource;
}

/** The models that run for a subject. */
export interface SubjectModels {
  /** The model that is right by definition; absent for known outputs. */
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
  const reference = encoded("the plain graph", compiled.reference.graph);
  if (compiled.optimized === compiled.reference.graph)
    return { reference, candidate: { ...reference, name: OPTIMISED } };
  return { reference, candidate: encoded(OPTIMISED, compiled.optimized) };
}

function fileModel({ name, bytes, info, path }: ModelFile): NamedModel {
  const source = info.externalData.length === 0 ? bytes : (path ?? bytes);
  checkExternalData(source, name, info.externalData);
  return { name, bytes, source };
}

/** How a candidate that ends differently is held against its reference; undefined where both end alike. */
export function restatementIn(subject: VerifySubject): Restatement | undefined {
  if (subject.kind === "compiled") return restatementFor(subject.compiled);
  if (subject.kind === "golden") return undefined;
  const { reference, candidate, layouts } = subject;
  const own = readEnding(candidate.info.metadata);
  const decoded = layouts ?? layoutsOfFile(reference);
  if (!own || !decoded || readEnding(reference.info.metadata)) return undefined;
  return restatementOf(candidate.info.metadata, decoded);
}

/** @throws verify/outputs where the reference ends in other boxes than decoded ones, and the candidate in others again */
export function checkEndings(subject: VerifySubject): void {
  if (subject.kind !== "models") return;
  const { reference, candidate } = subject;
  const [own, other] = [reference, candidate].map(({ info }) => readEnding(info.metadata));
  if (!own || (!other && reference.info.outputs.length === candidate.info.outputs.length)) return;
  const [left, right] = [own, other].map(describeEnding) as [string, string];
  if (left !== right) throw otherEndings({ name: reference.name, ends: left }, { name: candidate.name, ends: right });
}

const layoutsOfFile = ({ info: { outputs, metadata } }: ModelFile): readonly OutputLayout[] | undefined =>
  outputsOf({ outputs, metadata });

/** Metadata by which exporters say what a network finds. Shapes alone would make a detector of any rows of numbers. */
const TOLD_BY = ["task", "names"] as const;

const toldLayouts = (...files: readonly ModelFile[]): readonly OutputLayout[] => {
  const told = files.find(({ info }) => TOLD_BY.some((key) => info.metadata.has(key)));
  return (told && layoutsOfFile(told)) ?? [];
};

/** The layouts of what is compared, as far as they are known, and how it comes from outputs that end differently. */
export function judgedAs(subject: VerifySubject): Pick<CandidateRequest, "layouts" | "restate"> {
  const restated = restatementIn(subject);
  if (restated) return { layouts: restated.layouts, restate: restated.restate };
  if (subject.kind === "compiled") return { layouts: subject.compiled.outputs };
  if (subject.kind === "golden") return { layouts: toldLayouts(subject.candidate) };
  return { layouts: subject.layouts ?? toldLayouts(subject.reference, subject.candidate) };
}

/** The inputs, and the outputs that the candidate has to give. @throws runtime/…, verify/…, npy/malformed */
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
  if (subject.kind === "models")
    return runReference({ model: source, name, inputs: (session) => inputsOfBoth(session, subject, inputs) });
  const { compiled, opset } = subject;
  const place: PlaceReference = (_, graph) =>
    graph === compiled.reference.graph ? source : encodeBytes(graph, { opset });
  return referenceCases(compiled, place, inputs);
}

/** The inputs on which two models are compared: of sizes that both can run. */
function inputsOfBoth(
  session: Pick<Session, "inputs">,
  { reference, candidate }: Extract<VerifySubject, { kind: "models" }>,
  choice: InputChoice,
): readonly VerifyInput[] {
  const strides = [reference, candidate].flatMap(({ info }) => strideOf(info.metadata) ?? []);
  const inputs = commonInputs(session.inputs, candidate.info.inputs);
  return chooseInputs({ inputs }, { ...(strides.length > 0 && { stride: Math.max(...strides) }), ...choice });
}
