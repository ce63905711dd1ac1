import type { Tensor } from "@yolo-compile/core";
import { compareTensors, type Difference } from "./compare.js";
import { outputsDiffer } from "./diagnostics.js";
import { seededInputs } from "./inputs.js";
import type { Provider } from "./providers.js";
import { type ModelSource, type OptimizationLevel, openSession } from "./session.js";
import type { Tolerance } from "./tolerance.js";

export interface VerifyRequest {
  /** The plain graph. It runs with ONNX Runtime's own rewriting off, or that would fold BatchNorms too. */
  readonly reference: ModelSource;
  readonly candidate: ModelSource;
  readonly provider: Provider;
  /** Seed of the input. */
  readonly seed: number;
  /** Left out, the provider's. */
  readonly tolerance?: Tolerance;
  /** Called before each model runs. */
  readonly onStep?: (step: string) => void;
}

/** One output of the candidate, at one level of ONNX Runtime's rewriting, against the reference. */
export interface OutputComparison extends Difference {
  readonly output: string;
  readonly level: OptimizationLevel;
  readonly ok: boolean;
}

export interface Verification {
  readonly ok: boolean;
  readonly provider: string;
  readonly tolerance: Tolerance;
  readonly comparisons: readonly OutputComparison[];
}

/** As the file is written, and as users deploy it. */
const CANDIDATE_LEVELS: readonly OptimizationLevel[] = ["disabled", "all"];

/**
 * Runs two models on the same input and compares every output.
 * @throws runtime/…, verify/outputs, verify/shape
 */
export async function verifyModels(request: VerifyRequest): Promise<Verification> {
  const { reference, candidate, provider, seed, onStep } = request;
  const tolerance = request.tolerance ?? provider.tolerance;
  onStep?.("the plain graph runs");
  const expected = await runOnce(reference, "disabled", provider, seed, "the plain graph");
  const comparisons: OutputComparison[] = [];
  for (const level of CANDIDATE_LEVELS) {
    onStep?.(`the optimised graph runs, ONNX Runtime's own optimisation ${level === "all" ? "on" : "off"}`);
    const found = await runOnce(candidate, level, provider, seed, "the optimised graph");
    comparisons.push(...compareOutputs(expected, found, level, tolerance));
  }
  return { ok: comparisons.every(({ ok }) => ok), provider: provider.name, tolerance, comparisons };
}

async function runOnce(
  source: ModelSource,
  level: OptimizationLevel,
  provider: Provider,
  seed: number,
  name: string,
): Promise<ReadonlyMap<string, Tensor>> {
  const session = await openSession(source, { provider, level, name });
  try {
    return await session.run(seededInputs(session, seed));
  } finally {
    await session.release();
  }
}

function compareOutputs(
  expected: ReadonlyMap<string, Tensor>,
  found: ReadonlyMap<string, Tensor>,
  level: OptimizationLevel,
  tolerance: Tolerance,
): OutputComparison[] {
  if ([...expected.keys()].join() !== [...found.keys()].join())
    throw outputsDiffer([...expected.keys()], [...found.keys()]);
  return [...expected].map(([output, reference]) => {
    const difference = compareTensors(output, reference, found.get(output)!);
    const ok = difference.nonFinite === 0 && difference.maxRel <= tolerance.relative;
    return { output, level, ...difference, ok };
  });
}
