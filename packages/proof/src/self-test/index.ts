export type { JudgedMutant, MutantOutcome, SelfTestResult, Sighting } from "./outcome.js";
export { runSelfTest } from "./run-self-test.js";
