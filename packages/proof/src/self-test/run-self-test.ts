import { selfTestWithoutGround } from "./diagnostics.js";
import { type MutantOptions, makeMutants } from "./make-mutants.js";
import { MutantJudge, type MutantJudgeRequest } from "./mutant-judge.js";
import { excess, type JudgedMutant, type SelfTestResult, summarizeOutcomes } from "./outcome.js";

/** Which mutants are made, and what they are judged by. */
export interface SelfTestRequest extends MutantJudgeRequest, MutantOptions {
  readonly onStep?: (step: string) => void;
}

/**
 * Makes mistakes in the optimised graph on purpose and counts those that the inputs and the tolerance give away.
 * @throws verify/self-test if the unchanged graph is not within the tolerance, and runtime/…
 */
export async function runSelfTest(request: SelfTestRequest): Promise<SelfTestResult> {
  const { compiled, onStep } = request;
  onStep?.("the plain and the unchanged optimised graph run");
  const judge = await MutantJudge.open(request);
  try {
    const baseline = await judge.baseline();
    if (excess(baseline) > 1) throw selfTestWithoutGround(baseline);
    const mutants = [...makeMutants(compiled, request)];
    const judged: JudgedMutant[] = [];
    for (const [at, mutant] of mutants.entries()) {
      const { operator, where, change } = mutant;
      onStep?.(`mutant ${at + 1} of ${mutants.length}: ${operator} in ${where}`);
      judged.push({ operator, where, change, outcome: await judge.judge(mutant) });
    }
    return summarizeOutcomes(judged, baseline);
  } finally {
    await judge.release();
  }
}
