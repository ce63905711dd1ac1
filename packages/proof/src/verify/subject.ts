import type { CompiledModel } from "@yolo-compile/compiler";
import { encodeBytes, type ModelInfo } from "@yolo-compile/onnx";
import type { PipelineName } from "@yolo-compile/passes";
import { CPU, type ExpectedCase, openSession, runReference } from "@yolo-compile/runtime";
import type { VerifyInput } from "../verify-inputs/index.js";
import { chooseInputs, type InputChoice } from "./choose-inputs.js";
import { type GoldenFolder, readGolden } from "./golden.js";

/** An ONNX model, ours or anybody's. */
export interface ModelFile {
  /** Its path, or what a graph in memory is called. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly info: ModelInfo;
}

/** Both graphs of one source. */
export interface CompiledSubject {
  readonly kind: "compiled";
  readonly compiled: CompiledModel;
  readonly passes: PipelineName;
  readonly opset: number;
}

/** What is judged: our own two graphs, two models, or a model by answers that are known. */
export type VerifySubject =
  | CompiledSubject
  | { readonly kind: "models"; readonly reference: ModelFile; readonly candidate: ModelFile }
  | { readonly kind: "golden"; readonly candidate: ModelFile; readonly golden: GoldenFolder };

/** What runs. */
export interface NamedModel {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What runs for a subject. */
export interface SubjectModels {
  /** The model that is right by definition; answers that are known have none. */
  readonly reference?: NamedModel;
  readonly candidate: NamedModel;
}

/** Encodes the graphs of a compiled subject, which takes as much memory as their files. */
export function modelsOf(subject: VerifySubject): SubjectModels {
  if (subject.kind !== "compiled") return subject;
  const { compiled, opset } = subject;
  return {
    reference: { name: "the plain graph", bytes: encodeBytes(compiled.plain, { opset }) },
    candidate: { name: "the optimised graph", bytes: encodeBytes(compiled.optimized, { opset }) },
  };
}

/** The inputs and what has to come out. @throws runtime/…, verify/…, npy/malformed */
export async function casesOf(
  subject: VerifySubject,
  { reference, candidate }: SubjectModels,
  inputs: InputChoice,
): Promise<ExpectedCase<VerifyInput>[]> {
  if (subject.kind === "golden") {
    const { name, bytes } = candidate;
    const session = await openSession(bytes, { provider: CPU, level: "disabled", name });
    await session.release();
    return [readGolden(session, subject.golden)];
  }
  const { name, bytes } = reference!; // only goldens have none
  return runReference(bytes, (session) => chooseInputs(session, inputs), name);
}
