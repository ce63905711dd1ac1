import { selfTestWithoutGround } from "./diagnostics.js";
import { type MutantOptions, type MutantStream, mutantStreams } from "./make-mutants.js";
import { MutantJudge, type MutantJudgeRequest, sightingOf } from "./mutant-judge.js";
import { changesFunction, type JudgedMutant, type SelfTestResult, summarizeOutcomes } from "./outcome.js";
import { saturation } from "./saturation.js";

/** Which mutants are made, and what they are judged by. */
export interface SelfTestRequest extends MutantJudgeRequest, MutantOptions {
  /** At how many places each kind of mistake is to change what is computed. Default 2. */
  readonly sites?: number;
  /** How many mutants are to compute something else, at least; more places are taken until then. Default 60. */
  readonly enough?: number;
  readonly onStep?: (step: string) => void;
}

/** Places that an operator tries in a round, where what it does changes nothing that can be seen. */
const TRIES = 4;

/**
 * Makes mistakes in the optimised graph on purpose and counts those that the check of the graph itself gives away.
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
  const layouts = baseline.judged.map(({ layout }) => layout);
  let streams = mutantStreams(compiled, { ...request, layouts, isSaturated: saturation(request.cases, layouts) });
  for (let round = 0; streams.length > 0 && (round < sites || changing() < enough); round++) {
    const going: MutantStream[] = [];
    for (const stream of streams) if (await judgeNext(stream)) going.push(stream);
    streams = going;
  }
  return summarizeOutcomes(judged, sightingOf(baseline));
}
