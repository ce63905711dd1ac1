import type { Tensor } from "@yolo-compile/core";
import { compareTensors, type Difference } from "./compare.js";
import { outputsDiffer } from "./diagnostics.js";
import { seededInputs } from "./inputs.js";
import { openProfiledSession, type Placement } from "./placement.js";
import { CPU, type Provider } from "./providers.js";
import { type ModelSource, type OptimizationLevel, openSession, type Session } from "./session.js";
import type { Tolerance } from "./tolerance.js";

export interface VerifyRequest {
  /** The plain graph. It runs on the CPU with ONNX Runtime's own rewriting off, or that would fold BatchNorms too. */
  readonly reference: ModelSource;
  readonly candidate: ModelSource;
  /** Where the candidate runs besides the CPU. */
  readonly provider: Provider;
  /** Seed of the input. */
  readonly seed: number;
  /** Left out, each provider's. */
  readonly tolerance?: Tolerance;
  /** Called before each model runs. */
  readonly onStep?: (step: string) => void;
}

/** One output of the candidate, on one provider at one level of ONNX Runtime's rewriting, against the reference. */
export interface OutputComparison extends Difference {
  readonly output: string;
  readonly provider: string;
  readonly level: OptimizationLevel;
  readonly tolerance: Tolerance;
  readonly ok: boolean;
}

export interface Verification {
  readonly ok: boolean;
  readonly provider: string;
  readonly tolerance: Tolerance;
  /** What float32 means on the provider, where it is not the plain thing. */
  readonly arithmetic?: string;
  readonly comparisons: readonly OutputComparison[];
  /** Where the candidate's nodes ran at `all`, as users deploy it; for other providers than the CPU. */
  readonly placement?: Placement;
}

/** As the file is written, and as users deploy it. */
const CANDIDATE_LEVELS: readonly OptimizationLevel[] = ["disabled", "all"];

type Outputs = ReadonlyMap<string, Tensor>;

/**
 * Runs two models on the same input and compares every output: the candidate on the CPU, which judges the rewriting alone,
 * and then on the provider, which judges that one too.
 * @throws runtime/…, verify/outputs, verify/shape
 */
export async function verifyModels(request: VerifyRequest): Promise<Verification> {
  const { reference, candidate, provider, seed, onStep } = request;
  onStep?.("the plain graph runs");
  const plain = await openSession(reference, { provider: CPU, level: "disabled", name: "the plain graph" });
  const expected = await useOnce(plain, (session) => session.run(seededInputs(session, seed)));
  const comparisons: OutputComparison[] = [];
  let placement: Placement | undefined;
  for (const where of provider === CPU ? [CPU] : [CPU, provider])
    for (const level of CANDIDATE_LEVELS) {
      onStep?.(
        `the optimised graph runs on ${where.name}, ONNX Runtime's own optimisation ${level === "all" ? "on" : "off"}`,
      );
      const found = await runCandidate(candidate, where, level, seed);
      placement = found.placement;
      const tolerance = request.tolerance ?? where.tolerance;
      comparisons.push(...compareOutputs(expected, found.outputs, { provider: where.name, level, tolerance }));
    }
  return {
    ok: comparisons.every(({ ok }) => ok),
    provider: provider.name,
    tolerance: request.tolerance ?? provider.tolerance,
    ...(provider.arithmetic !== undefined && { arithmetic: provider.arithmetic }),
    comparisons,
    ...(placement && { placement }),
  };
}

interface Run {
  readonly outputs: Outputs;
  readonly placement?: Placement;
}

async function runCandidate(
  source: ModelSource,
  provider: Provider,
  level: OptimizationLevel,
  seed: number,
): Promise<Run> {
  const options = { provider, level, name: "the optimised graph" };
  if (provider === CPU)
    return useOnce(await openSession(source, options), async (session) => ({
      outputs: await session.run(seededInputs(session, seed)),
    }));
  return useOnce(await openProfiledSession(source, options), async (session) => ({
    outputs: await session.run(seededInputs(session, seed)),
    placement: await session.placement(),
  }));
}

async function useOnce<Opened extends Session, Result>(
  session: Opened,
  use: (session: Opened) => Promise<Result>,
): Promise<Result> {
  try {
    return await use(session);
  } finally {
    await session.release();
  }
}

function compareOutputs(
  expected: Outputs,
  found: Outputs,
  run: Pick<OutputComparison, "provider" | "level" | "tolerance">,
): OutputComparison[] {
  if ([...expected.keys()].join() !== [...found.keys()].join())
    throw outputsDiffer([...expected.keys()], [...found.keys()]);
  return [...expected].map(([output, reference]) => {
    const difference = compareTensors(output, reference, found.get(output)!);
    const ok = difference.nonFinite === 0 && difference.maxRel <= run.tolerance.relative;
    return { output, ...run, ...difference, ok };
  });
}
