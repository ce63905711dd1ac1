import type { LoweredGraphs } from "@yolo-compile/compiler";
import { castTensor, type Diagnostic, note } from "@yolo-compile/core";
import type { Graph } from "@yolo-compile/ir";
import { encodeBytes, OPSETS } from "@yolo-compile/onnx";
import {
  type CandidateRun,
  CPU,
  checkCandidate,
  type ExpectedCase,
  F16,
  type IllConditioned,
  type ModelSource,
  type OptimizationLevel,
  openSession,
  type Provider,
  type ShakenOutputs,
  type Tensors,
  type Tolerance,
  type Verification,
} from "@yolo-compile/runtime";
import { hasBoxes } from "@yolo-compile/vision";
import { readerOf } from "../endings/reader-of.js";
import { restatementFor } from "../endings/restate.js";
import type { NamedPicture, VerifyInput } from "../verify-inputs/index.js";
import { noPictures, nothingDetected, seenPictures, steepWeights } from "./diagnostics.js";
import { roundConstants, roundTensors } from "./round-constants.js";
import { roundedTwin } from "./rounded-twin.js";
import {
  type DetectionVerdict,
  detectionsOf,
  detectionVerdict,
  HALF_PROMISE,
  INT8_PROMISE,
  type PictureDetections,
} from "./same-detections.js";

/** A graph of another precision, the file that holds it, and the outputs that it has to give. */
export interface LoweredProofRequest extends LoweredGraphs {
  readonly model: ModelSource;
  /** The optimised graph before its precision was lowered: its weights are those that are rounded. */
  readonly single: Graph;
  readonly cases: readonly ExpectedCase<VerifyInput>[];
  readonly provider: Provider;
  /** Left out, `F16`, with more where rounding the weights alone moves the answer. */
  readonly tolerance?: Tolerance;
  /** The pictures that ranges were made from. */
  readonly calibrated?: readonly NamedPicture[];
  readonly onStep?: (step: string) => void;
}

/** The proof of a precision. */
export interface LoweredProof {
  readonly verification: Verification;
  /** Left out where there are no pictures, or the network is no detector. */
  readonly detections?: DetectionVerdict;
  readonly notes: readonly Diagnostic[];
}

/** The name of the CPU where every value is rounded. */
const ROUNDING = "cpu rounding";

/** Integers of 8 bits promise nothing about single numbers but that they are some. */
const FINITE: Tolerance = { name: "FINITE", relative: Number.POSITIVE_INFINITY };

/** A model to judge. */
interface Judged {
  readonly name: string;
  readonly model: ModelSource;
  readonly provider: Provider;
  readonly levels?: readonly OptimizationLevel[];
}

/**
 * Runs the file as users deploy it, and a graph in float16 also with every value rounded, which ONNX Runtime leaves out on a
 * CPU; compares outputs and detections with those of the plain graph.
 * @throws runtime/…
 */
export async function proveLowered(request: LoweredProofRequest): Promise<LoweredProof> {
  const { graphs, precision, model, provider, tolerance, onStep } = request;
  const { optimized, reference } = graphs;
  const isHalf = precision.kind === "half";
  const promise = precision.kind === "int8" ? INT8_PROMISE : HALF_PROMISE;
  const restated = restatementFor(graphs);
  // What is compared is the reference's form, which a graph that ends differently does not have.
  const rounded = precision.kind === "int8" ? undefined : restated ? reference.graph : request.single;
  const cases = request.cases.map((each) => lowerCase(each, optimized, rounded));
  const pictures: PictureDetections[] = [];
  const judge = (judged: Judged, label: (provider: string) => string): Promise<Verification> =>
    checkCandidate({
      ...judged,
      candidate: judged.model,
      cases,
      layouts: restated?.layouts ?? graphs.outputs,
      ...(restated && { restate: restated.restate }),
      usualTolerance: precision.kind === "int8" ? FINITE : F16,
      ...(tolerance && { tolerance }),
      ...(onStep && { onStep }),
      onRun: (run: CandidateRun<VerifyInput>) => {
        if (run.level !== "all" || run.provider !== judged.provider) return;
        const found = detectionsOf(run, readerOf(graphs), promise);
        pictures.push(...found.map((each) => ({ ...each, provider: label(each.provider) })));
      },
    });
  const deployed = await judge({ name: "the file", model, provider }, (name) => name);
  const twin = isHalf
    ? await judge(
        { name: "every value rounded", model: bytesOf(roundedTwin(optimized)), provider: CPU, levels: ["all"] },
        () => ROUNDING,
      )
    : undefined;
  const verification = twin ? both(deployed, twin) : deployed;
  const isJudged = pictures.length > 0 || promise.needed;
  const detections = isJudged ? detectionVerdict(pictures, promise) : undefined;
  const calibrated = new Set((request.calibrated ?? []).map(({ name }) => name));
  const seen = pictures.filter(({ picture }) => calibrated.has(picture));
  return {
    verification,
    ...(detections && { detections }),
    notes: [
      ...(restated ? [note("verify/ending", restated.told)] : []),
      ...furthest(verification.illConditioned).map(steepWeights),
      ...(detections?.expected === 0 ? [nothingDetected(pictures.length)] : []),
      ...(seen.length > 0 ? [seenPictures(seen.length)] : []),
      ...(!detections && reference.outputs.some(hasBoxes) ? [noPictures()] : []),
    ],
  };
}

const bytesOf = (graph: Graph): Uint8Array => encodeBytes(graph, { opset: OPSETS.default });

/** The case of a graph whose inputs may be float16, and whose reference moves as its weights are rounded. */
function lowerCase(
  { input, outputs }: ExpectedCase<VerifyInput>,
  { inputs }: Graph,
  rounded: Graph | undefined,
): ExpectedCase<VerifyInput> {
  const dtypes = new Map(inputs.map(({ hint, type }) => [hint, type.dtype]));
  const tensors = new Map(
    [...input.tensors].map(([name, tensor]) => [name, castTensor(tensor, dtypes.get(name) ?? tensor.dtype)]),
  );
  let moved: Promise<ShakenOutputs> | undefined;
  const shaken = (): Promise<ShakenOutputs> => (moved ??= runRounded(rounded!, input.tensors)); // only called where there is one
  return { input: { ...input, tensors }, outputs, ...(rounded && { shaken }) };
}

async function runRounded(graph: Graph, tensors: Tensors): Promise<ShakenOutputs> {
  const session = await openSession(bytesOf(roundConstants(graph)), {
    provider: CPU,
    level: "disabled",
    name: "the graph in float32, its weights rounded",
  });
  try {
    return { byInput: [await session.run(roundTensors(tensors))] };
  } finally {
    await session.release();
  }
}

const both = (deployed: Verification, twin: Verification): Verification => ({
  ...deployed,
  ok: deployed.ok && twin.ok,
  comparisons: [...deployed.comparisons, ...twin.comparisons.map((each) => ({ ...each, provider: ROUNDING }))],
  illConditioned: [...deployed.illConditioned, ...twin.illConditioned],
});

/** The worst case of each part of each output. */
function furthest(found: readonly IllConditioned[]): readonly IllConditioned[] {
  const worst = new Map<string, IllConditioned>();
  for (const each of found) {
    const key = JSON.stringify([each.output, each.part.name]);
    const known = worst.get(key);
    if (!known || each.part.allowed > known.part.allowed) worst.set(key, each);
  }
  return [...worst.values()];
}
