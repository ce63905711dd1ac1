import type { Tensor } from "@yolo-compile/core";
import { compareTensors, type Difference } from "./compare.js";
import { inputsDiffer, outputsDiffer } from "./diagnostics.js";
import { type NodePlacement, openProfiledSession } from "./node-placement.js";
import { CPU, type Provider } from "./providers.js";
import { type ModelSource, type OptimizationLevel, openSession, type Session } from "./session.js";
import { type Tolerance, widenTolerance } from "./tolerance.js";

type Tensors = ReadonlyMap<string, Tensor>;

/** What a model is run with once. */
export interface NamedInput {
  /** How reports call it: `noise (seed 1)`, `bus.jpg`. */
  readonly name: string;
  /** One for each of the model's inputs, by name. */
  readonly tensors: Tensors;
  /** The same with other last bits, for numbers that a model is not made for; see {@link ExpectedCase.moves}. */
  readonly shaken?: Tensors;
}

/** An input and what a model has to answer. */
export interface ExpectedCase<Input extends NamedInput = NamedInput> {
  readonly input: Input;
  readonly outputs: Tensors;
  /**
   * How far each output moves, of its scale, when the last bits of the input change: {@link widenTolerance}.
   */
  readonly moves?: ReadonlyMap<string, number>;
}

/** The answers of one run of the candidate, under the names of the reference. */
export interface CandidateRun<Input extends NamedInput = NamedInput> {
  readonly expected: ExpectedCase<Input>;
  readonly outputs: Tensors;
  readonly provider: Provider;
  readonly level: OptimizationLevel;
}

/** A model, the answers that it has to give, and where it runs. */
export interface CandidateRequest<Input extends NamedInput = NamedInput> {
  readonly candidate: ModelSource;
  /** How messages call it; left out, its path. */
  readonly name?: string;
  readonly cases: readonly ExpectedCase<Input>[];
  /** Where the candidate runs besides the CPU. */
  readonly provider: Provider;
  /** Whether the answers are its own: the run that gave them is not repeated. */
  readonly isReference?: boolean;
  /** Left out, each provider's. */
  readonly tolerance?: Tolerance;
  /** Called before each model runs. */
  readonly onStep?: (step: string) => void;
  /** Called with the answers of each run. */
  readonly onRun?: (run: CandidateRun<Input>) => void;
}

/** Two models to run on the same inputs; the answers of `reference` are those that `candidate` has to give. */
export interface VerifyRequest<Input extends NamedInput = NamedInput>
  extends Omit<CandidateRequest<Input>, "cases" | "isReference"> {
  /** The plain graph. It runs on the CPU with ONNX Runtime's own rewriting off, or that would fold BatchNorms too. */
  readonly reference: ModelSource;
  readonly referenceName?: string;
  /** What both run on, made to fit the reference. */
  readonly inputs: (session: Session) => readonly Input[];
}

/** One output of the candidate, on one provider at one level of ONNX Runtime's rewriting, against the reference. */
export interface OutputComparison extends Difference {
  /** The name of the input. */
  readonly input: string;
  readonly output: string;
  readonly provider: string;
  readonly level: OptimizationLevel;
  readonly tolerance: Tolerance;
  readonly ok: boolean;
}

/**
 * How a candidate compares. `ok` says that every comparison is; `provider` and `tolerance` are those asked for, though
 * it ran on the CPU too.
 */
export interface Verification {
  readonly ok: boolean;
  readonly provider: string;
  readonly tolerance: Tolerance;
  /** What float32 means on the provider, where it is not the plain thing. */
  readonly arithmetic?: string;
  readonly comparisons: readonly OutputComparison[];
  /** Where the candidate's nodes ran at `all`, as users deploy it; for other providers than the CPU. */
  readonly placement?: NodePlacement;
  /** `images = x`: values that were matched by their position, since the names differ. */
  readonly renamed: readonly string[];
}

const REFERENCE_LEVEL: OptimizationLevel = "disabled";

/** As the file is written, and as users deploy it. */
const CANDIDATE_LEVELS: readonly OptimizationLevel[] = [REFERENCE_LEVEL, "all"];

/**
 * Runs two models on the same inputs and compares every output: the candidate on the CPU, which judges the rewriting alone,
 * and then on the provider, which judges that one too. Of one model in both places, all that is judged is what ONNX Runtime
 * and the provider make of it.
 * @throws runtime/…, verify/inputs, verify/outputs, verify/shape
 */
export async function verifyModels<Input extends NamedInput>(request: VerifyRequest<Input>): Promise<Verification> {
  const { reference, referenceName, inputs, onStep } = request;
  onStep?.(`${referenceName ?? "the reference"} runs`);
  const cases = await runReference(reference, inputs, referenceName);
  return checkCandidate({ ...request, cases, isReference: request.candidate === reference });
}

/** What a model answers on the CPU with ONNX Runtime's own rewriting off. @throws runtime/… */
export async function runReference<Input extends NamedInput>(
  reference: ModelSource,
  inputs: (session: Session) => readonly Input[],
  name?: string,
): Promise<ExpectedCase<Input>[]> {
  const session = await openSession(reference, { provider: CPU, level: REFERENCE_LEVEL, ...(name && { name }) });
  return useOnce(session, async () => {
    const cases: ExpectedCase<Input>[] = [];
    for (const input of inputs(session)) {
      const outputs = await session.run(input.tensors);
      const moves = input.shaken && movesOf(outputs, await session.run(input.shaken));
      cases.push({ input, outputs, ...(moves && { moves }) });
    }
    return cases;
  });
}

const movesOf = (outputs: Tensors, shaken: Tensors): ReadonlyMap<string, number> =>
  new Map([...outputs].map(([name, tensor]) => [name, compareTensors(name, tensor, shaken.get(name)!).maxRel]));

/**
 * Holds a model against the answers that it has to give.
 * @throws runtime/…, verify/inputs, verify/outputs, verify/shape
 */
export async function checkCandidate<Input extends NamedInput>(
  request: CandidateRequest<Input>,
): Promise<Verification> {
  const { provider, onStep, name = "the candidate" } = request;
  const comparisons: OutputComparison[] = [];
  const renamed = new Set<string>();
  let placement: NodePlacement | undefined;
  for (const where of provider === CPU ? [CPU] : [CPU, provider])
    for (const level of CANDIDATE_LEVELS) {
      if (request.isReference && where === CPU && level === REFERENCE_LEVEL) continue;
      onStep?.(`${name} runs on ${where.name}, ONNX Runtime's own optimisation ${level === "all" ? "on" : "off"}`);
      const found = await checkAt(request, where, level);
      placement = found.placement;
      comparisons.push(...found.comparisons);
      for (const pair of found.renamed) renamed.add(pair);
    }
  return {
    ok: comparisons.every(({ ok }) => ok),
    provider: provider.name,
    tolerance: request.tolerance ?? provider.tolerance,
    ...(provider.arithmetic !== undefined && { arithmetic: provider.arithmetic }),
    comparisons,
    ...(placement && { placement }),
    renamed: [...renamed],
  };
}

type Checked = Pick<Verification, "comparisons" | "placement" | "renamed">;

async function checkAt<Input extends NamedInput>(
  request: CandidateRequest<Input>,
  provider: Provider,
  level: OptimizationLevel,
): Promise<Checked> {
  const { candidate, cases, name } = request;
  const options = { provider, level, ...(name !== undefined && { name }) };
  if (provider === CPU) {
    const session = await openSession(candidate, options);
    return useOnce(session, () => checkCases(session, cases, request, { provider, level }));
  }
  const session = await openProfiledSession(candidate, options);
  return useOnce(session, async () => ({
    ...(await checkCases(session, cases, request, { provider, level })),
    placement: await session.placement(),
  }));
}

async function checkCases<Input extends NamedInput>(
  session: Session,
  cases: readonly ExpectedCase<Input>[],
  { tolerance, onRun }: CandidateRequest<Input>,
  where: Pick<CandidateRun, "provider" | "level">,
): Promise<Checked> {
  const comparisons: OutputComparison[] = [];
  const renamed: string[] = [];
  for (const expected of cases) {
    const { input } = expected;
    const inputNames = matchNames([...input.tensors.keys()], session.inputs.map(nameOf), inputsDiffer);
    const outputNames = matchNames([...expected.outputs.keys()], session.outputs.map(nameOf), outputsDiffer);
    renamed.push(...differing(inputNames), ...differing(outputNames));
    const found = await session.run(new Map([...inputNames].map(([own, its]) => [its, input.tensors.get(own)!])));
    const outputs = new Map([...outputNames].map(([own, its]) => [own, found.get(its)!]));
    onRun?.({ expected, outputs, ...where });
    const bound = tolerance ?? where.provider.tolerance;
    const run = { input: input.name, provider: where.provider.name, level: where.level, tolerance: bound };
    comparisons.push(...compareOutputs(expected, outputs, run));
  }
  return { comparisons, renamed };
}

const nameOf = ({ name }: { readonly name: string }): string => name;

const differing = (names: ReadonlyMap<string, string>): string[] =>
  [...names].filter(([own, its]) => own !== its).map(([own, its]) => `${own} = ${its}`);

/** By name where all are there, else by position. */
function matchNames(
  reference: readonly string[],
  candidate: readonly string[],
  differ: (reference: readonly string[], candidate: readonly string[]) => Error,
): ReadonlyMap<string, string> {
  if (reference.length !== candidate.length) throw differ(reference, candidate);
  const same = reference.every((name) => candidate.includes(name));
  return new Map(reference.map((name, index) => [name, same ? name : candidate[index]!]));
}

async function useOnce<Result>(session: Session, use: () => Promise<Result>): Promise<Result> {
  try {
    return await use();
  } finally {
    await session.release();
  }
}

function compareOutputs(
  { outputs, moves }: ExpectedCase,
  found: Tensors,
  run: Pick<OutputComparison, "input" | "provider" | "level" | "tolerance">,
): OutputComparison[] {
  return [...outputs].map(([output, reference]) => {
    const difference = compareTensors(output, reference, found.get(output)!);
    const tolerance = widenTolerance(run.tolerance, moves?.get(output) ?? 0);
    const ok = difference.nonFinite === 0 && difference.maxRel <= tolerance.relative;
    return { output, ...run, ...difference, tolerance, ok };
  });
}
