import { isCompileError, type Tensor } from "@yolo-compile/core";
import type { Graph } from "@yolo-compile/ir";
import { compareTensors, type NamedInput, type Provider, type Tolerance } from "@yolo-compile/runtime";
import { alignedTensor, alignValues } from "../verify/align-layers.js";
import { compareWhole } from "../verify/compare-layers.js";
import { selfTestWithoutGround } from "./diagnostics.js";
import { type Expectation, expectValues } from "./expectation.js";
import { type MutantOptions, type MutantSource, makeMutants } from "./make-mutants.js";
import type { Mutant } from "./mutation.js";
import { openValues, runValues } from "./run-values.js";
import { excess, type SelfTestResult, type Sighting, summarizeVerdicts, type Verdict, worstOf } from "./verdict.js";

export interface SelfTestRequest extends MutantOptions {
  readonly compiled: MutantSource;
  readonly provider: Provider;
  /** At least one. The first are tried first: those that tell most apart belong there. */
  readonly inputs: readonly NamedInput[];
  readonly tolerance: Tolerance;
  /** Whether values inside are compared where no output gives a mutant away, as `--layers` does. Default true. */
  readonly inside?: boolean;
  readonly onStep?: (step: string) => void;
}

/** What every mutant is held against. */
interface Court extends Pick<SelfTestRequest, "compiled" | "provider" | "inputs" | "tolerance" | "inside"> {
  /** Outputs of the plain graph. */
  readonly expected: Expectation;
  /** Outputs of the unchanged optimised graph, for each input. */
  readonly unchanged: readonly (readonly Tensor[])[];
}

/**
 * Makes mistakes in the optimised graph on purpose and counts those that the inputs and the tolerance give away.
 * @throws verify/self-test if the unchanged graph is not within the tolerance, and runtime/…
 */
export async function runSelfTest(request: SelfTestRequest): Promise<SelfTestResult> {
  const { compiled, provider, inputs, tolerance, onStep } = request;
  const { plain, optimized } = compiled;
  onStep?.("the plain and the unchanged optimised graph run");
  const values = plain.outputs.map(({ name, value }) => ({ name, value }));
  const expected = await expectValues({ plain, values, inputs, provider, tolerance, compare: compareTensors });
  const tensors = inputs.map((each) => each.tensors);
  const unchanged = await runValues(optimized, outputValues(optimized), tensors, provider);
  const baseline = worstOf(unchanged.map((found, at) => expected.worst(at, found)) as [Sighting, ...Sighting[]]);
  if (excess(baseline) > 1) throw selfTestWithoutGround(baseline);
  const court: Court = { ...request, expected, unchanged };
  const mutants = [...makeMutants(compiled, request)];
  const judged = [];
  for (const [at, mutant] of mutants.entries()) {
    const { operator, where, change } = mutant;
    onStep?.(`mutant ${at + 1} of ${mutants.length}: ${operator} in ${where}`);
    judged.push({ operator, where, change, verdict: await judge(mutant, court) });
  }
  return summarizeVerdicts(judged, baseline);
}

const outputValues = ({ outputs }: Graph) => outputs.map(({ value }) => value);

async function judge(mutant: Mutant, court: Court): Promise<Verdict> {
  if (mutant.proof !== undefined) return { kind: "equivalent", proof: mutant.proof };
  try {
    const seen = await lookAtOutputs(mutant.graph, court);
    if (seen.same) return { kind: "indistinguishable" };
    if (excess(seen.sighting) > 1) return { kind: "caught", by: "outputs", sighting: seen.sighting };
    const inside = court.inside === false ? undefined : await lookInside(mutant, court);
    if (inside && excess(inside) > 1) return { kind: "caught", by: "inside", sighting: inside };
    return { kind: "survived", sighting: seen.sighting };
  } catch (error) {
    if (!isCompileError(error)) throw error;
    return { kind: "refused", reason: error.diagnostic.message };
  }
}

/** Runs input after input until one of them gives the mutant away. */
async function lookAtOutputs(
  graph: Graph,
  { provider, inputs, expected, unchanged }: Court,
): Promise<{ readonly sighting: Sighting; readonly same: boolean }> {
  const runner = await openValues(graph, outputValues(graph), provider);
  const sightings: Sighting[] = [];
  let same = true;
  try {
    for (const [at, input] of inputs.entries()) {
      const found = await runner.run(input.tensors);
      same &&= found.every((tensor, index) => sameBits(tensor, unchanged[at]![index]!));
      const sighting = expected.worst(at, found);
      if (excess(sighting) > 1) return { sighting, same: false };
      sightings.push(sighting);
    }
  } finally {
    await runner.release();
  }
  return { sighting: worstOf(sightings as [Sighting, ...Sighting[]]), same };
}

const sameBits = (a: Tensor, b: Tensor): boolean => a.data.every((element, index) => Object.is(element, b.data[index]));

/** Compares every value of the plain graph that the mutant has as well. */
async function lookInside({ graph, replaced }: Mutant, court: Court): Promise<Sighting> {
  const { compiled, provider, inputs, tolerance } = court;
  const pairs = alignValues({ plain: compiled.plain, optimized: graph, replaced });
  const values = pairs.map(({ plain }) => ({ name: plain.hint, value: plain }));
  const sightings: Sighting[] = [];
  const runner = await openValues(
    graph,
    pairs.map(({ optimized }) => optimized),
    provider,
  );
  try {
    for (const input of inputs) {
      const expected = await expectValues({
        plain: compiled.plain,
        values,
        inputs: [input],
        provider,
        tolerance,
        compare: compareWhole,
      });
      const found = await runner.run(input.tensors);
      const sighting = expected.worst(
        0,
        pairs.map((pair, index) => alignedTensor(pair, found[index]!)),
      );
      if (excess(sighting) > 1) return sighting;
      sightings.push(sighting);
    }
  } finally {
    await runner.release();
  }
  return worstOf(sightings as [Sighting, ...Sighting[]]);
}
