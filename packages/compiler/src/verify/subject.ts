import { encodeBytes, type ModelInfo } from "@yolo-compile/onnx";
import type { PipelineName } from "@yolo-compile/passes";
import { CPU, type ExpectedCase, openSession, runReference } from "@yolo-compile/runtime";
import type { CompiledModel } from "../compile.js";
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

/** The model that is judged. */
export const candidateOf = (subject: VerifySubject): NamedModel =>
  subject.kind === "compiled"
    ? { name: "the optimised graph", bytes: encodeBytes(subject.compiled.optimized, { opset: subject.opset }) }
    : subject.candidate;

/** The model that is right by definition; answers that are known have none. */
export function referenceOf(subject: VerifySubject): NamedModel | undefined {
  if (subject.kind === "golden") return undefined;
  if (subject.kind === "models") return subject.reference;
  return { name: "the plain graph", bytes: encodeBytes(subject.compiled.plain, { opset: subject.opset }) };
}

/** The inputs and what has to come out. @throws runtime/…, verify/…, npy/malformed */
export async function casesOf(subject: VerifySubject, inputs: InputChoice): Promise<ExpectedCase<VerifyInput>[]> {
  if (subject.kind === "golden") {
    const { name, bytes } = subject.candidate;
    const session = await openSession(bytes, { provider: CPU, level: "disabled", name });
    await session.release();
    return [readGolden(session, subject.golden)];
  }
  const { name, bytes } = referenceOf(subject)!; // only goldens have none
  return runReference(bytes, (session) => chooseInputs(session, inputs), name);
}
