import type { OutputLayout } from "@yolo-compile/core";
import { inputsDiffer, nothingToCompare, outputsDiffer } from "./diagnostics.js";
import { type JudgedLayout, layoutOf } from "./guess-layout.js";
import { isTelling, judgeOutput, type OutputComparison, type PartComparison } from "./judge-output.js";
import { matchNames, renamedPairs } from "./match-names.js";
import { type NodePlacement, openProfiledSession } from "./node-placement.js";
import { CPU, type Provider } from "./providers.js";
import {
  type ExpectedCase,
  type NamedInput,
  REFERENCE_LEVEL,
  runReference,
  type ShakenOutputs,
  type Tensors,
  useOnce,
} from "./run-reference.js";
import { type ModelSource, type OptimizationLevel, openSession, type Session } from "./session.js";
import type { Tolerance } from "./tolerance.js";

/** The outputs of one run of the candidate, under the names of the reference. */
export interface CandidateRun<Input extends NamedInput = NamedInput> {
  readonly expected: ExpectedCase<Input>;
  readonly outputs: Tensors;
  readonly provider: Provider;
  readonly level: OptimizationLevel;
}

/** The outputs of a reference and of a candidate that end differently, put in the same terms under the same names. */
export interface Restated {
  readonly expected: Tensors;
  readonly found: Tensors;
}

/** Puts them in the same terms. */
export type Restate = (expected: Tensors, found: Tensors) => Restated;

/** A model, the outputs that it has to give, and the provider. */
export interface CandidateRequest<Input extends NamedInput = NamedInput> {
  readonly candidate: ModelSource;
  /** The name in messages; left out, its path. */
  readonly name?: string;
  readonly cases: readonly ExpectedCase<Input>[];
  /** The layouts of the outputs, as far as they are known; others are guessed from the reference's outputs. */
  readonly layouts?: readonly OutputLayout[];
  /** Where the candidate's outputs are not those of the reference; `layouts` are then those of what is compared, all of them. */
  readonly restate?: Restate;
  /** The provider on which the candidate runs besides the CPU. */
  readonly provider: Provider;
  /** Whether the candidate is the reference: the run that gave the expected outputs is not repeated. */
  readonly isReference?: boolean;
  /**
   * Applied strictly. Left out, each provider's, with more where the last bits of an input alone change the reference's
   * outputs.
   */
  readonly tolerance?: Tolerance;
  /** Takes the place of each provider's tolerance, for candidates that compute with fewer bits; widened as theirs are. */
  readonly usualTolerance?: Tolerance;
  /** Left out, the file as it is written, and as users deploy it. */
  readonly levels?: readonly OptimizationLevel[];
  /** Stops at the first comparison that fails. */
  readonly failFast?: boolean;
  /** Called before each model runs. */
  readonly onStep?: (step: string) => void;
  /** Called with the outputs of each run. */
  readonly onRun?: (run: CandidateRun<Input>) => void;
}

/** Two models to run on the same inputs; `candidate` has to give the outputs of `reference`. */
export interface VerifyRequest<Input extends NamedInput = NamedInput>
  extends Omit<CandidateRequest<Input>, "cases" | "isReference"> {
  /** The plain graph. It runs on the CPU with ONNX Runtime's own rewriting off, which would fold BatchNorms too. */
  readonly reference: ModelSource;
  readonly referenceName?: string;
  /** Makes inputs for both that fit the reference. */
  readonly inputs: (session: Session) => readonly Input[];
}

/** The layout by which an output was judged. */
export interface OutputJudgement extends JudgedLayout {
  readonly output: string;
}

/**
 * A part of an output that the reference itself moves further than the tolerance when the last bits of an input change, or that is
 * not finite in the reference.
 */
export interface IllConditioned {
  readonly input: string;
  readonly output: string;
  readonly part: PartComparison;
}

/**
 * The result of comparing a candidate. `ok` says that every comparison is, and that each part of each output was judged on
 * one input at least; `provider` and `tolerance` are those asked for, though it ran on the CPU too.
 */
export interface Verification {
  readonly ok: boolean;
  readonly provider: string;
  readonly tolerance: Tolerance;
  /** See {@link Provider.arithmetic}. */
  readonly arithmetic?: string;
  readonly comparisons: readonly OutputComparison[];
  /** The layouts by which the outputs were judged. */
  readonly judged: readonly OutputJudgement[];
  /** Parts for which more than the tolerance was allowed; those that no input judges are refused. */
  readonly illConditioned: readonly IllConditioned[];
  /** The devices of the candidate's nodes at `all`, as users deploy it; for other providers than the CPU. */
  readonly placement?: NodePlacement;
  /** `images = x`: values whose names differ, which were matched by their position. */
  readonly renamed: readonly string[];
}

/** The file as it is written, and as users deploy it. */
const CANDIDATE_LEVELS: readonly OptimizationLevel[] = [REFERENCE_LEVEL, "all"];

/**
 * Runs two models on the same inputs and compares every output: the candidate on the CPU, which judges the rewriting alone,
 * and then on the provider, which judges both. With one model as both, only ONNX Runtime and the provider are judged.
 * @throws runtime/…, verify/nothing, verify/inputs, verify/outputs, verify/shape
 */
export async function verifyModels<Input extends NamedInput>(request: VerifyRequest<Input>): Promise<Verification> {
  const { reference, referenceName, inputs, onStep } = request;
  onStep?.(`${referenceName ?? "the reference"} runs`);
  const cases = await runReference({
    model: reference,
    inputs,
    ...(referenceName !== undefined && { name: referenceName }),
  });
  return checkCandidate({ ...request, cases, isReference: request.candidate === reference });
}

/**
 * Compares a model's outputs with those that it has to give.
 * @throws runtime/…, verify/nothing, verify/inputs, verify/outputs, verify/shape
 */
export async function checkCandidate<Input extends NamedInput>(
  request: CandidateRequest<Input>,
): Promise<Verification> {
  const { provider, onStep, cases, name = "the candidate", levels = CANDIDATE_LEVELS } = request;
  const silent = cases.filter(({ outputs }) => outputs.size === 0);
  if (cases.length === 0 || silent.length > 0) throw nothingToCompare(silent.map(({ input }) => input.name));
  const judged = judgementsOf(request);
  const comparisons: OutputComparison[] = [];
  const renamed = new Set<string>();
  let placement: NodePlacement | undefined;
  const places = provider === CPU ? [CPU] : [CPU, provider];
  for (const where of places.flatMap((on) => levels.map((level) => ({ provider: on, level })))) {
    const { provider: on, level } = where;
    if (request.isReference && on === CPU && level === REFERENCE_LEVEL) continue;
    onStep?.(`${name} runs on ${on.name}, ONNX Runtime's own optimisation ${level === "all" ? "on" : "off"}`);
    const found = await checkAt(request, where, judged);
    placement = found.placement;
    comparisons.push(...found.comparisons);
    for (const pair of found.renamed) renamed.add(pair);
    if (request.failFast && comparisons.some(({ ok }) => !ok)) break;
  }
  return {
    ok: comparisons.every(({ ok }) => ok) && everyPartTells(comparisons),
    provider: provider.name,
    tolerance: request.tolerance ?? request.usualTolerance ?? provider.tolerance,
    ...(provider.arithmetic !== undefined && { arithmetic: provider.arithmetic }),
    comparisons,
    judged: [...judged.values()],
    illConditioned: illConditionedOf(comparisons),
    ...(placement && { placement }),
    renamed: [...renamed],
  };
}

type Judgements = ReadonlyMap<string, OutputJudgement>;

function judgementsOf({
  cases,
  layouts,
  restate,
}: Pick<CandidateRequest, "cases" | "layouts" | "restate">): Judgements {
  if (restate)
    return new Map(layouts?.map((layout) => [layout.output, { output: layout.output, layout, known: true }]));
  const names = [...(cases[0]?.outputs.keys() ?? [])];
  return new Map(
    names.map((output) => {
      const answers = cases.flatMap(({ outputs }) => outputs.get(output) ?? []);
      return [output, { output, ...layoutOf(output, answers, layouts) }];
    }),
  );
}

/** Whether each part of each output was judged on one input at least, so that a dead score does not pass unseen. */
function everyPartTells(comparisons: readonly OutputComparison[]): boolean {
  const told = new Map<string, boolean>();
  for (const { output, provider, parts } of comparisons)
    for (const [index, part] of parts.entries()) {
      const key = `${provider}/${index}/${output}`;
      told.set(key, (told.get(key) ?? false) || isTelling(part));
    }
  return [...told.values()].every(Boolean);
}

const illConditionedOf = (comparisons: readonly OutputComparison[]): IllConditioned[] =>
  comparisons.flatMap(({ input, output, parts, tolerance }) =>
    parts
      .filter((part) => part.allowed > tolerance.relative || part.nonFiniteReference > 0)
      .map((part) => ({ input, output, part })),
  );

type Checked = Pick<Verification, "comparisons" | "placement" | "renamed">;

type Where = Pick<CandidateRun, "provider" | "level">;

async function checkAt<Input extends NamedInput>(
  request: CandidateRequest<Input>,
  where: Where,
  judged: Judgements,
): Promise<Checked> {
  const { candidate, name } = request;
  const options = { ...where, ...(name !== undefined && { name }) };
  if (where.provider === CPU)
    return useOnce(await openSession(candidate, options), (session) => checkCases(session, request, where, judged));
  return useOnce(await openProfiledSession(candidate, options), async (session) => ({
    ...(await checkCases(session, request, where, judged)),
    placement: await session.placement(),
  }));
}

async function checkCases<Input extends NamedInput>(
  session: Session,
  { cases, tolerance, usualTolerance, onRun, restate, failFast = false }: CandidateRequest<Input>,
  where: Where,
  judged: Judgements,
): Promise<Checked> {
  const comparisons: OutputComparison[] = [];
  const renamed: string[] = [];
  for (const expected of cases) {
    const { input } = expected;
    if (input.deployedOnly && where.level !== "all") continue;
    const inputNames = matchNames([...input.tensors.keys()], session.inputs.map(nameOf), inputsDiffer);
    const theirs = session.outputs.map(nameOf);
    const outputNames = matchNames(restate ? theirs : [...expected.outputs.keys()], theirs, outputsDiffer);
    renamed.push(...renamedPairs(inputNames), ...renamedPairs(outputNames));
    const given = await session.run(new Map([...inputNames].map(([own, its]) => [its, input.tensors.get(own)!])));
    const outputs = new Map([...outputNames].map(([own, its]) => [own, given.get(its)!]));
    onRun?.({ expected, outputs, ...where });
    const same = (wanted: Tensors): Restated => restate?.(wanted, outputs) ?? { expected: wanted, found: outputs };
    const compared = same(expected.outputs);
    const bound = tolerance ?? usualTolerance ?? where.provider.tolerance;
    const subject = { input: input.name, provider: where.provider.name, level: where.level, tolerance: bound };
    const { shaken, shakenMore, ...strictly } = expected;
    const wanted = { ...strictly, outputs: compared.expected };
    const movable = tolerance
      ? wanted
      : {
          ...wanted,
          ...(shaken && { shaken: shakenAs(shaken, same) }),
          ...(shakenMore && { shakenMore: shakenAs(shakenMore, same) }),
        };
    for (const [output, tensor] of compared.found)
      comparisons.push(await judgeOutput(output, movable, tensor, judged.get(output)!, subject));
    if (failFast && comparisons.some(({ ok }) => !ok)) break;
  }
  return { comparisons, renamed };
}

const shakenAs =
  (shaken: () => Promise<ShakenOutputs>, same: (wanted: Tensors) => Restated) => async (): Promise<ShakenOutputs> => {
    const { byInput, byConstants } = await shaken();
    const restated = (outputs: Tensors): Tensors => same(outputs).expected;
    return { byInput: byInput.map(restated), ...(byConstants && { byConstants: byConstants.map(restated) }) };
  };

const nameOf = ({ name }: { readonly name: string }): string => name;
