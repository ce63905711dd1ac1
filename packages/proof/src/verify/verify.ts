import { type Diagnostic, isCompileError, note, type OutputLayout, warning } from "@yolo-compile/core";
import { hasOpenSizes } from "@yolo-compile/ir";
import { PIPELINES } from "@yolo-compile/passes";
import type { LayerComparison, ModelFacts } from "@yolo-compile/report";
import {
  type CandidateRun,
  CPU,
  checkCandidate,
  type ExpectedCase,
  type Provider,
  type Tensors,
  type Tolerance,
  type Verification,
} from "@yolo-compile/runtime";
import { type ComparisonOptions, classesOf, classifierInput } from "@yolo-compile/vision";
import { classLayoutOf } from "../classify.js";
import { checkEnding } from "../endings/check-ending.js";
import { type ReadOutputs, readOutputs } from "../endings/read-outputs.js";
import { readerOf } from "../endings/reader-of.js";
import { runSelfTest, type SelfTestResult } from "../self-test/index.js";
import type { VerifyInput } from "../verify-inputs/index.js";
import { type BisectResult, bisect } from "./bisect.js";
import type { InputChoice } from "./choose-inputs.js";
import { comparePictures, type PictureComparison, type ReadAs } from "./compare-pictures.js";
import { explainConditioning } from "./conditioning.js";
import { noDetections, noSource } from "./diagnostics.js";
import type { Divergence } from "./divergence.js";
import { type BudgetEntry, errorBudget } from "./error-budget.js";
import { compareForeign } from "./foreign-rows.js";
import { type LayersOptions, layersOfCompiled, layersOfModels } from "./layer-rows.js";
import { modelFacts } from "./model-facts.js";
import {
  type CompiledSubject,
  casesOf,
  checkEndings,
  judgedAs,
  modelsOf,
  restatementIn,
  type VerifySubject,
} from "./subject.js";

/** Checks of the rewrites, which only a compiled subject has. */
export interface RewriteChecks {
  /** Finds the first rewrite that exceeds the tolerance. */
  readonly bisect?: boolean;
  /** Attributes the difference to its causes. */
  readonly budget?: boolean;
  /** Makes deliberate faults and counts those that the inputs and the tolerance catch. */
  readonly selfTest?: boolean;
}

/** Options of a verification. */
export interface VerifyOptions extends RewriteChecks {
  /** The provider on which the candidate runs besides the CPU. */
  readonly provider?: Provider;
  /** The reason for which that is the CPU alone, where it is. */
  readonly noGpu?: string;
  /** Left out, noise from seed 1. */
  readonly inputs?: InputChoice;
  /** Left out, each provider's. */
  readonly tolerance?: Tolerance;
  /** For pictures. */
  readonly detections?: ComparisonOptions;
  /** Compares values inside the graphs as well. */
  readonly layers?: boolean;
  readonly onStep?: (step: string) => void;
}

type VerifySettings = VerifyOptions & Required<Pick<VerifyOptions, "provider" | "noGpu" | "inputs">>;

const DEFAULTS: VerifySettings = { provider: CPU, noGpu: "no other provider was asked for", inputs: { seed: 1 } };

/** The command line's names of the checks. */
const REWRITE_CHECKS = [
  ["bisect", "--bisect"],
  ["budget", "--budget"],
  ["selfTest", "--self-test"],
] as const satisfies readonly (readonly [keyof RewriteChecks, string])[];

/** The findings of a verification. */
export interface VerifyFindings {
  readonly ok: boolean;
  /** The reference first, where there is one. */
  readonly models: readonly ModelFacts[];
  readonly verification: Verification;
  readonly pictures: readonly PictureComparison[];
  readonly layers?: LayerComparison;
  /** Where a model of another tool begins to differ from the checkpoint's graph. */
  readonly divergence?: Divergence;
  readonly bisection?: BisectResult;
  readonly budget?: readonly BudgetEntry[];
  readonly selfTest?: SelfTestResult;
  readonly notes: readonly Diagnostic[];
}

/** Judges whether a candidate computes the outputs of its reference. @throws runtime/…, verify/… */
export async function verify(subject: VerifySubject, given: VerifyOptions = {}): Promise<VerifyFindings> {
  const options = { ...DEFAULTS, ...given };
  const source = subject.kind === "models" ? subject.source : undefined;
  const asked = REWRITE_CHECKS.find(([check]) => options[check] && !(check === "bisect" && source));
  if (asked && subject.kind !== "compiled") throw noSource(asked[1]);
  checkEndings(subject);
  const { models, cases, verification, pictures } = await judgeOutputs(subject, options);
  const { input } = cases[0]!; // noise, or the golden
  const tolerance = options.tolerance ?? options.provider.tolerance;
  const notes = verification.renamed.map((pair) => note("verify/renamed", `matched by position: ${pair}`));
  const restated = restatementIn(subject);
  if (restated) notes.push(note("verify/ending", restated.told));
  notes.push(
    ...(await explainConditioning(verification, cases, subject.kind === "compiled" ? subject.compiled : undefined)),
  );
  const { layers, divergence } =
    options.layers || (source && options.bisect)
      ? await lookInside(subject, { ...options, input, tolerance }, notes)
      : {};
  const rewrites = subject.kind === "compiled" ? await lookAtRewrites(subject, input, options) : {};
  const ok =
    verification.ok &&
    pictures.every(({ comparison }) => comparison.ok) &&
    (layers?.rows ?? []).every((row) => row.status === "uncovered" || row.ok) &&
    !rewrites.bisection?.culprit &&
    !rewrites.selfTest?.counts.survived;
  return {
    ok,
    models,
    verification,
    pictures,
    ...(layers && { layers }),
    ...(divergence && { divergence }),
    ...rewrites,
    notes,
  };
}

interface JudgedOutputs extends Pick<VerifyFindings, "models" | "verification" | "pictures"> {
  readonly cases: readonly ExpectedCase<VerifyInput>[];
}

/**
 * Reads outputs as boxes: our own graphs have layouts; of other models, the families tell them by shapes and metadata, those
 * of a reference without metadata by the candidate's.
 */
const readerFor =
  (subject: VerifySubject): ReadAs =>
  (role, outputs) => {
    if (subject.kind === "golden") return readOutputs(outputs, subject.candidate.info.metadata);
    if (subject.kind === "compiled") return readerOf(subject.compiled)(role, outputs);
    const { reference, candidate, layouts } = subject;
    if (role === "reference" && layouts) return { outputs, layouts };
    const own = (role === "reference" ? reference : candidate).info.metadata;
    return readOutputs(outputs, own.size > 0 ? own : candidate.info.metadata) ?? asClasses(outputs, layouts);
  };

/** The one output of a model without metadata, read as the classifier's that it is judged by. */
function asClasses(outputs: Tensors, layouts: readonly OutputLayout[] = []): ReadOutputs | undefined {
  const classes = classesOf(layouts);
  const [name, ...others] = outputs.keys();
  return classes && name !== undefined && others.length === 0
    ? { outputs, layouts: [{ ...classes, output: name }] }
    : undefined;
}

/** The layout of a classifier's output; undefined for other subjects. */
function classLayout(subject: VerifySubject): OutputLayout | undefined {
  if (subject.kind === "compiled") return classesOf(subject.compiled.reference.outputs);
  const known = subject.kind === "models" ? classesOf(subject.layouts ?? []) : undefined;
  return known ?? classLayoutOf(subject.candidate.info);
}

/** Judges the outputs. The encoded models are freed at its end. */
async function judgeOutputs(
  subject: VerifySubject,
  { provider, tolerance, inputs, detections, onStep }: VerifySettings,
): Promise<JudgedOutputs> {
  const models = modelsOf(subject);
  const classes = classLayout(subject);
  const cases = await casesOf(subject, models, {
    ...inputs,
    ...(classes && { prepare: (images, size) => classifierInput(images, size, classes) }),
  });
  const { name, source } = models.candidate;
  const pictures: PictureComparison[] = [];
  const onRun = (run: CandidateRun<VerifyInput>): void => {
    // As users deploy it: one answer a picture is enough.
    if (run.level !== "all" || run.provider !== provider || !run.expected.input.pictures) return;
    const compared = comparePictures(run, readerFor(subject), detections);
    if (!compared) throw noDetections(name);
    pictures.push(...compared);
  };
  const request = {
    candidate: source,
    // Of open sizes, the reference is the plain graph of each size.
    isReference:
      models.reference?.source === source && !(subject.kind === "compiled" && hasOpenSizes(subject.compiled.plain)),
    name,
    cases,
    ...judgedAs(subject),
    provider,
    onRun,
    ...(tolerance && { tolerance }),
    ...(onStep && { onStep }),
  };
  const verification =
    subject.kind === "compiled"
      ? await checkEnding(request, subject.compiled, subject.opset)
      : await checkCandidate(request);
  return { models: await modelFacts(subject, models), cases, verification, pictures };
}

/** Compares layers. Models that cannot be decoded are compared at their outputs alone, which a note says. */
async function lookInside(
  subject: VerifySubject,
  options: LayersOptions,
  notes: Diagnostic[],
): Promise<Pick<VerifyFindings, "layers" | "divergence">> {
  if (subject.kind === "compiled") return { layers: await layersOfCompiled(subject, options) };
  if (subject.kind === "golden") throw noSource("--layers");
  const { reference, candidate, source } = subject;
  try {
    if (!source) return { layers: await layersOfModels(reference, candidate, options) };
    const { notes: found, ...compared } = await compareForeign(source, candidate, options);
    notes.push(...found);
    return compared;
  } catch (error) {
    if (!isCompileError(error) || !/^(onnx|ir)\//.test(error.diagnostic.code)) throw error;
    const { message, details } = error.diagnostic;
    notes.push(
      warning(
        "verify/layers",
        `the models are compared at their outputs alone: ${[message, ...(details ?? [])].join("; ")}`,
      ),
    );
    return {};
  }
}

async function lookAtRewrites(
  subject: CompiledSubject,
  input: VerifyInput,
  options: VerifySettings,
): Promise<Pick<VerifyFindings, "bisection" | "budget" | "selfTest">> {
  const { compiled, passes } = subject;
  const { provider, noGpu, onStep } = options;
  const tolerance = options.tolerance ?? provider.tolerance;
  const shared = { ...compiled, provider, tolerance, noGpu, inputs: input.tensors, ...(onStep && { onStep }) };
  return {
    ...(options.bisect && { bisection: await bisect({ ...shared, passes: PIPELINES[passes] }) }),
    ...(options.budget && { budget: await errorBudget(shared) }),
    ...(options.selfTest && { selfTest: await testOurselves(subject, options) }),
  };
}

/**
 * Runs the self-test on the default inputs alone, whatever other inputs there are: a fault that only those show would pass
 * in a run without them.
 */
async function testOurselves(
  subject: CompiledSubject,
  { inputs: { seed, sizes }, provider, tolerance, onStep }: VerifySettings,
): Promise<SelfTestResult> {
  const { opset, passes } = subject;
  const compiled = { ...subject.compiled, ...subject.compiled.probe?.() };
  const cases = await casesOf(subject, modelsOf(subject), { seed, ...(sizes && { sizes }) });
  const judged = {
    compiled,
    opset,
    cases,
    ...judgedAs({ ...subject, compiled }),
    provider,
    ...(tolerance && { tolerance }),
  };
  const restated = judged.restate && { referenceLayouts: compiled.reference.outputs };
  return runSelfTest({ ...judged, ...restated, passes, seed, ...(onStep && { onStep }) });
}
