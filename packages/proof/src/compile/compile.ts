import { type CompiledGraphs, compileGraphs, encodeFiles, stem } from "@yolo-compile/compiler";
import { note } from "@yolo-compile/core";
import { hasOpenSizes } from "@yolo-compile/ir";
import { OPSETS } from "@yolo-compile/onnx";
import { CPU, type ModelSource } from "@yolo-compile/runtime";
import { checkEnding } from "../endings/check-ending.js";
import { restatementFor } from "../endings/restate.js";
import { explainConditioning } from "../verify/conditioning.js";
import { type PlaceReference, referenceCases } from "../verify/reference-cases.js";
import { compileLowered } from "./compile-lowered.js";
import { placeFiles } from "./file-place.js";
import type { RefusedFindings } from "./findings.js";
import { ProofFailure } from "./proof-failure.js";
import type { Compiled, CompileRequest, ProofOptions } from "./request.js";

/**
 * Compiles a network and proves the result: runs the plain and the optimised graph on the same inputs and compares them.
 * There are no files unless they agree, or the request says `verify: false`.
 * @throws ProofFailure with the findings where they do not agree; yaml/…, network/…, weights/…, compile/…, onnx/…, runtime/…
 */
export async function compile(request: CompileRequest): Promise<Compiled> {
  const { verify = {}, place: filePlace, observer, onStep } = request;
  onStep?.("compiling");
  const graphs = compileGraphs({
    size: [640, 640],
    batch: 1,
    passes: "full",
    ...request,
    observer: { checks: false, ...observer },
  });
  request.onGraphs?.(graphs);
  const model = {
    name: request.file ?? defaultName(request),
    opset: request.opset ?? OPSETS.default,
    externalData: request.externalData ?? false,
  };
  if (request.precision) return compileLowered(graphs, request.precision, model, request);
  onStep?.(`writing ${model.name}`);
  const optimized = placeFiles("optimized", encodeFiles(graphs.optimized, model), filePlace);
  observer?.afterStage?.("write");
  const { files } = optimized;
  const findings = { graphs, byteLength: files.reduce((sum, file) => sum + file.byteLength, 0) };
  if (verify === false) return { ...findings, notes: [], files };
  // Where nothing is rewritten, what is proven is how ONNX Runtime rewrites the plain graph.
  const place: PlaceReference = (name, graph) =>
    graph === graphs.optimized ? optimized.model : placeFiles(name, encodeFiles(graph, model), filePlace).model;
  const proof = await prove(graphs, { optimized: optimized.model, place }, verify, onStep);
  observer?.afterStage?.("verify");
  if (!proof.verification.ok) throw new ProofFailure({ ...findings, ...proof });
  return { ...findings, ...proof, files };
}

const defaultName = ({ config, checkpoint }: CompileRequest): string =>
  `${stem(config?.file ?? checkpoint?.name ?? "model")}.onnx`;

/** The optimised graph as a model that runs, and what makes the plain one such a model. */
interface Placed {
  readonly optimized: ModelSource;
  readonly place: PlaceReference;
}

/** Runs and compares both graphs, and notes where the plain graph itself is ill-conditioned. */
async function prove(
  graphs: CompiledGraphs,
  { optimized, place }: Placed,
  { provider = CPU, inputs = { seed: 1 }, tolerance }: ProofOptions,
  onStep: CompileRequest["onStep"],
): Promise<Pick<RefusedFindings, "verification" | "notes">> {
  const restated = restatementFor(graphs);
  const told = (step: string): void => onStep?.(`verifying: ${step}`);
  told("the plain graph runs");
  const cases = await referenceCases(graphs, place, inputs);
  const request = {
    candidate: optimized,
    isReference: graphs.reference.graph === graphs.optimized && !hasOpenSizes(graphs.optimized),
    name: "the optimised graph",
    cases,
    layouts: restated?.layouts ?? graphs.outputs,
    ...(restated && { restate: restated.restate }),
    provider,
    onStep: told,
    ...(tolerance && { tolerance }),
  };
  const verification = await checkEnding(request, graphs, OPSETS.default);
  const notes = await explainConditioning(verification, cases, graphs);
  return { verification, notes: restated ? [note("verify/ending", restated.told), ...notes] : notes };
}
