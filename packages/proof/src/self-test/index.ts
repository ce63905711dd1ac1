export { type MutantOptions, type MutantSource, mutantStreams } from "./make-mutants.js";
export type { Mutant, Mutation, MutationOperator, Site } from "./mutation.js";
export { MUTATION_OPERATORS } from "./operators/index.js";
export type { JudgedMutant, MutantOutcome, SelfTestResult, Sighting } from "./outcome.js";
export { runSelfTest, type SelfTestRequest } from "./run-self-test.js";
