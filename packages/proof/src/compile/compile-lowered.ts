import {
  type CompiledGraphs,
  encodeFiles,
  type FileOptions,
  type LoweredGraphs,
  lowerPrecision,
} from "@yolo-compile/compiler";
import { encodeBytes, OPSETS } from "@yolo-compile/onnx";
import { CPU, checkCandidate, type ExpectedCase, type Verification } from "@yolo-compile/runtime";
import { restatementFor } from "../endings/restate.js";
import { gatherFacts, type PrecisionRequest } from "../precision/gather-facts.js";
import { keepWithinBudget } from "../precision/int8-budget.js";
import { proveLowered } from "../precision/prove-lowered.js";
import type { InputChoice } from "../verify/choose-inputs.js";
import { type PlaceReference, referenceCases } from "../verify/reference-cases.js";
import type { VerifyInput } from "../verify-inputs/index.js";
import { type PlacedFiles, placeFiles } from "./file-place.js";
import type { CompileFindings, PrecisionFindings } from "./findings.js";
import { ProofFailure } from "./proof-failure.js";
import type { Compiled, CompileRequest, ProofOptions } from "./request.js";

type Circumstances = Pick<CompileRequest, "verify" | "place" | "observer" | "onStep">;

/**
 * Writes graphs in another precision and proves them: the rewriting in float32 first, then what the precision costs. The
 * facts that a precision needs are gathered on the inputs of the proof, or on the pictures of the request.
 * @throws ProofFailure, passes/keep, precision/calibration, onnx/…, runtime/…
 */
export async function compileLowered(
  graphs: CompiledGraphs,
  asked: PrecisionRequest,
  model: FileOptions,
  circumstances: Circumstances,
): Promise<Compiled> {
  const { verify = {}, place, observer, onStep } = circumstances;
  const write = (lowered: LoweredGraphs): PlacedFiles => {
    onStep?.(`writing ${model.name}`);
    const written = placeFiles("optimized", encodeFiles(lowered.graphs.optimized, model), place);
    observer?.afterStage?.("write");
    return written;
  };
  if (verify === false) {
    const { request, audited } = await gatherFacts(graphs, asked, undefined);
    const lowered = lowerPrecision(graphs, request);
    const written = write(lowered);
    return { ...findingsOf(lowered, written, { ...lowered.precision, audited }), notes: [], files: written.files };
  }
  const told = (step: string): void => onStep?.(`verifying: ${step}`);
  told("the plain graph runs");
  const placeReference: PlaceReference = (name, graph) => placeFiles(name, encodeFiles(graph, model), place).model;
  const cases = await referenceCases(graphs, placeReference, inputsOf(verify, asked));
  const rewriting = await proveRewriting(graphs, cases, told);
  told("what its values are");
  const { request: wanted, audited } = await gatherFacts(graphs, asked, cases);
  const spends = asked.kind === "int8" && asked.budget && wanted.kind === "int8" && rewriting.ok;
  const request = spends ? await keepWithinBudget(graphs, wanted, cases, told) : wanted;
  const lowered = lowerPrecision(graphs, request);
  const written = write(lowered);
  const precision = { ...lowered.precision, audited, rewriting };
  if (!rewriting.ok) throw refused(lowered, written, precision, rewriting);
  const proof = await proveLowered({
    ...lowered,
    model: written.model,
    single: graphs.optimized,
    cases,
    ...optionsOf(verify),
    ...(asked.kind === "int8" && { calibrated: asked.pictures }),
    onStep: told,
  });
  observer?.afterStage?.("verify");
  const proven = { ...precision, ...(proof.detections && { detections: proof.detections }) };
  const { verification, notes } = proof;
  if (!verification.ok || proof.detections?.ok === false) throw refused(lowered, written, proven, verification, notes);
  return { ...findingsOf(lowered, written, proven), verification, notes, files: written.files };
}

/** Integers are judged by pictures: those that they were calibrated on where there are no others. */
function inputsOf({ inputs = { seed: 1 } }: ProofOptions, asked: PrecisionRequest): InputChoice {
  const { pictures = [] } = inputs;
  return asked.kind === "int8" && pictures.length === 0 ? { ...inputs, pictures: asked.pictures } : inputs;
}

const optionsOf = ({ provider = CPU, tolerance }: ProofOptions) => ({ provider, ...(tolerance && { tolerance }) });

const findingsOf = (
  { graphs }: LoweredGraphs,
  { files }: PlacedFiles,
  precision: PrecisionFindings,
): Omit<CompileFindings, "notes"> => ({
  graphs,
  precision,
  byteLength: files.reduce((sum, file) => sum + file.byteLength, 0),
});

const refused = (
  lowered: LoweredGraphs,
  written: PlacedFiles,
  precision: PrecisionFindings,
  verification: Verification,
  notes: CompileFindings["notes"] = [],
): ProofFailure => new ProofFailure({ ...findingsOf(lowered, written, precision), verification, notes });

/** Compares the optimised graph in float32, of which an error could hide in what float16 is allowed. */
function proveRewriting(
  graphs: CompiledGraphs,
  cases: readonly ExpectedCase<VerifyInput>[],
  onStep: (step: string) => void,
): Promise<Verification> {
  const restated = restatementFor(graphs);
  return checkCandidate({
    candidate: encodeBytes(graphs.optimized, { opset: OPSETS.default }),
    name: "the optimised graph in float32",
    cases,
    layouts: restated?.layouts ?? graphs.outputs,
    ...(restated && { restate: restated.restate }),
    provider: CPU,
    onStep,
  });
}
