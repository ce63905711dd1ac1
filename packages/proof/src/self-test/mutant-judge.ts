import { isCompileError, type OutputLayout } from "@yolo-compile/core";
import type { Graph } from "@yolo-compile/ir";
import { encodeBytes } from "@yolo-compile/onnx";
import {
  type CandidateRequest,
  type CandidateRun,
  checkCandidate,
  compareTensors,
  type ExpectedCase,
  excess,
  isTelling,
  type OutputComparison,
  type PartDifference,
  type Provider,
  type Restate,
  type Tensors,
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
      const runs: CandidateRun[] = [];
      const onRun = (run: CandidateRun): void => {
        runs.push(run);
      };
      const found = await checkCandidate({ ...candidateOf(this.request, mutant.graph), onRun, failFast: true });
      if (runs.every((run) => sameBits(run.outputs, this.unchanged.get(keyOf(run)))))
        return { kind: "indistinguishable" };
      const sighting = sightingOf(found);
      if (!found.ok) return { kind: "caught", sighting };
      const share = await this.shareOfLastBits(runs, found);
      return share <= 1 ? { kind: "faint", share } : { kind: "survived", sighting };
    } catch (error) {
      if (!isCompileError(error)) throw error;
      return { kind: "refused", reason: error.diagnostic.message };
    }
  }

  /**
   * The largest move of a part away from the unchanged graph's, of the most that other last bits of the weights do to it, by any
   * seed; not where the input tells nothing about that part.
   */
  private async shareOfLastBits(runs: readonly CandidateRun[], { comparisons }: Verification): Promise<number> {
    const { restate = (expected, found) => ({ expected, found }) } = this.request;
    let largest = 0;
    for (const run of runs) {
      const { outputs, shaken, shakenMore = shaken } = run.expected;
      const others = (await shakenMore?.())?.byConstants ?? [];
      const unchanged = this.unchanged.get(keyOf(run))!;
      const before = restate(outputs, unchanged);
      for (const { layout } of this.baseline.judged) {
        const own = others.map((other) => partsOf(layout, before.expected, restate(other, unchanged).expected));
        const moved = partsOf(layout, before.found, restate(outputs, run.outputs).found);
        const { parts } = comparisons.find((each) => isOf(each, run) && each.output === layout.output)!;
        for (const [at, part] of moved.entries())
          if (!isRounding(part) && isTelling(parts[at]!))
            largest = Math.max(largest, moveOf(part) / Math.max(0, ...own.map((each) => moveOf(each[at]!))));
      }
    }
    return largest;
  }
}

const isOf = ({ input, provider, level }: OutputComparison, { expected, ...run }: CandidateRun): boolean =>
  input === expected.input.name && provider === run.provider.name && level === run.level;

/**
 * What rounding alone does to a probability: ONNX Runtime's sigmoid is off by up to 1.8e-7, and by a last bit more near 1, in
 * each of two answers; in units, a single answer by up to 2e-5.
 */
const ROUNDED_PROBABILITY = { maxAbs: 5e-7, maxRel: 2e-5 };

const isRounding = ({ kind, maxAbs, maxRel }: PartDifference): boolean =>
  kind === "probability" ? maxAbs <= ROUNDED_PROBABILITY.maxAbs || maxRel <= ROUNDED_PROBABILITY.maxRel : maxAbs === 0;

/** A part's move as a root mean square, of probabilities the largest. */
const moveOf = ({ kind, rms, maxRel }: PartDifference): number => (kind === "probability" ? maxRel : rms);

const partsOf = (layout: OutputLayout, before: Tensors, after: Tensors): readonly PartDifference[] =>
  compareTensors(layout.output, before.get(layout.output)!, after.get(layout.output)!, layout).parts;

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
type Answers = Map<string, Tensors>;

const keyOf = ({ expected, provider, level }: CandidateRun): string =>
  JSON.stringify([expected.input.name, provider.name, level]);

const sameBits = (found: Tensors, unchanged: Tensors | undefined): boolean =>
  [...found].every(([name, { data }]) => {
    const other = unchanged?.get(name)?.data;
    return data.every((element, index) => Object.is(element, other?.[index]));
  });
