import { isCompileError, type OutputLayout, type Tensor } from "@yolo-compile/core";
import type { Graph } from "@yolo-compile/ir";
import { encodeBytes } from "@yolo-compile/onnx";
import {
  type CandidateRequest,
  type CandidateRun,
  checkCandidate,
  type ExpectedCase,
  excess,
  type OutputComparison,
  type Provider,
  type Restate,
  type Tolerance,
  type Verification,
} from "@yolo-compile/runtime";
import type { MutantSource } from "./make-mutants.js";
import type { Mutant } from "./mutation.js";
import type { MutantOutcome, Sighting } from "./outcome.js";

/** The inputs and bounds that judge mutants: those that judge the graph itself. */
export interface MutantJudgeRequest {
  readonly compiled: MutantSource;
  readonly opset: number;
  readonly provider: Provider;
  /** The plain graph's outputs. */
  readonly cases: readonly ExpectedCase[];
  readonly layouts?: readonly OutputLayout[];
  /** As in {@link CandidateRequest}. */
  readonly restate?: Restate;
  /** Left out, each provider's. */
  readonly tolerance?: Tolerance;
}

/** Judges mutants as the optimised graph is judged, by the same call. */
export class MutantJudge {
  private constructor(
    readonly request: MutantJudgeRequest,
    /** The verification of the unchanged optimised graph. */
    readonly baseline: Verification,
    readonly unchanged: Answers,
  ) {}

  /** @throws runtime/… */
  static async open(request: MutantJudgeRequest): Promise<MutantJudge> {
    const unchanged: Answers = new Map();
    const onRun = (run: CandidateRun): void => {
      unchanged.set(keyOf(run), run.outputs);
    };
    const baseline = await checkCandidate({ ...candidateOf(request, request.compiled.optimized), onRun });
    return new MutantJudge(request, baseline, unchanged);
  }

  /** @throws what is no CompileError */
  async judge(mutant: Mutant): Promise<MutantOutcome> {
    if (mutant.proof !== undefined) return { kind: "equivalent", proof: mutant.proof };
    try {
      let same = true;
      const onRun = (run: CandidateRun): void => {
        same &&= sameBits(run.outputs, this.unchanged.get(keyOf(run)));
      };
      const found = await checkCandidate({ ...candidateOf(this.request, mutant.graph), onRun, failFast: true });
      if (same) return { kind: "indistinguishable" };
      const sighting = sightingOf(found);
      return found.ok ? { kind: "survived", sighting } : { kind: "caught", sighting };
    } catch (error) {
      if (!isCompileError(error)) throw error;
      return { kind: "refused", reason: error.diagnostic.message };
    }
  }
}

const candidateOf = (request: MutantJudgeRequest, graph: Graph): CandidateRequest => {
  const { cases, layouts, restate, opset, provider, tolerance } = request;
  const given = { ...(layouts && { layouts }), ...(restate && { restate }), ...(tolerance && { tolerance }) };
  return { cases, provider, ...given, candidate: encodeBytes(graph, { opset }), name: "the mutant" };
};

/** The worst comparison. */
export function sightingOf({ comparisons }: Pick<Verification, "comparisons">): Sighting {
  const beyond = ({ decisive }: OutputComparison): number => excess(decisive);
  const worst = comparisons.reduce((most, each) => (beyond(each) > beyond(most) ? each : most));
  const { name, maxRel, nonFinite, allowed } = worst.decisive;
  return { input: worst.input, output: worst.output, part: name, maxRel, nonFinite, allowed, excess: beyond(worst) };
}

/** The outputs of each run, by its input, provider and level. */
type Answers = Map<string, ReadonlyMap<string, Tensor>>;

const keyOf = ({ expected, provider, level }: CandidateRun): string =>
  JSON.stringify([expected.input.name, provider.name, level]);

const sameBits = (found: ReadonlyMap<string, Tensor>, unchanged: ReadonlyMap<string, Tensor> | undefined): boolean =>
  [...found].every(([name, { data }]) => {
    const other = unchanged?.get(name)?.data;
    return data.every((element, index) => Object.is(element, other?.[index]));
  });
