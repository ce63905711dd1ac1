import type { OutputLayout } from "@yolo-compile/core";
import { selfTestWithoutGround } from "./diagnostics.js";
import { type MutantOptions, type MutantStream, mutantStreams } from "./make-mutants.js";
import { MutantJudge, type MutantJudgeRequest, sightingOf } from "./mutant-judge.js";
import { changesFunction, type JudgedMutant, type SelfTestResult, summarizeOutcomes } from "./outcome.js";
import { saturation } from "./saturation.js";

/** The mutants to make, and the inputs and bounds that judge them. */
export interface SelfTestRequest extends MutantJudgeRequest, MutantOptions {
  /** The number of places where each kind of fault shall change what is computed. Default 2. */
  readonly sites?: number;
  /** The least number of mutants that shall compute something else; more places are tried until then. Default 60. */
  readonly enough?: number;
  /** The layouts of the cases' outputs, where those of the graph are others. */
  readonly referenceLayouts?: readonly OutputLayout[];
  readonly onStep?: (step: string) => void;
}

/** The most places that an operator tries in a round, while its faults change nothing that can be seen. */
const TRIES = 4;

/**
 * Makes deliberate faults in the optimised graph and counts those that the graph's own check catches.
 * @throws verify/self-test if the unchanged graph does not pass that check, and runtime/…
 */
export async function runSelfTest(request: SelfTestRequest): Promise<SelfTestResult> {
  const { compiled, sites = 2, enough = 60, onStep } = request;
  onStep?.("the unchanged optimised graph runs");
  const judge = await MutantJudge.open(request);
  const { baseline } = judge;
  if (!baseline.ok) throw selfTestWithoutGround(sightingOf(baseline));
  const judged: JudgedMutant[] = [];
  const judgeNext = async ({ mutants }: MutantStream): Promise<boolean> => {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const { value: mutant, done } = mutants.next();
      if (done) return false;
      const { operator, where, change } = mutant;
      onStep?.(`mutant ${judged.length + 1}: ${operator} in ${where}`);
      const outcome = await judge.judge(mutant);
      judged.push({ operator, where, change, outcome });
      if (changesFunction(outcome)) break;
    }
    return true;
  };
  const changing = (): number => judged.filter(({ outcome }) => changesFunction(outcome)).length;
  const layouts = request.referenceLayouts ?? baseline.judged.map(({ layout }) => layout);
  let streams = mutantStreams(compiled, { ...request, layouts, isSaturated: saturation(request.cases, layouts) });
  for (let round = 0; streams.length > 0 && (round < sites || changing() < enough); round++) {
    const going: MutantStream[] = [];
    for (const stream of streams) if (await judgeNext(stream)) going.push(stream);
    streams = going;
  }
  return summarizeOutcomes(judged, sightingOf(baseline));
}
