import { isCompileError, type Tensor } from "@yolo-compile/core";
import type { Graph } from "@yolo-compile/ir";
import { encodeBytes, OPSETS } from "@yolo-compile/onnx";
import { PIPELINES, runPasses, toHalf } from "@yolo-compile/passes";
import { CPU, compareTensors, type OptimizationLevel, openSession, type Provider } from "@yolo-compile/runtime";
import type { GraphInputs } from "./run-values.js";

/** The part of one cause in the difference between the plain graph and what users run. */
export type BudgetEntry = {
  /** `fold`, `other rewrites`, … */
  readonly cause: string;
  /** The two sides, which differ in this one thing. */
  readonly sides: string;
  /** Whether the cause has no part in the sum: what another arithmetic would do. */
  readonly whatIf: boolean;
} & ({ readonly maxAbs: number; readonly maxRel: number } | { readonly skipped: string });

/** The two graphs between which the causes of the difference lie, and the input they run on. */
export interface BudgetRequest {
  readonly plain: Graph;
  readonly optimized: Graph;
  /** The provider of the last rows; with the CPU they are skipped for `noGpu`. */
  readonly provider: Provider;
  /** The reason for which there is no other provider than the CPU. */
  readonly noGpu: string;
  readonly inputs: GraphInputs;
  readonly onStep?: (step: string) => void;
}

/** One way to run the network. */
interface Side {
  readonly name: string;
  readonly graph: Graph;
  readonly level: OptimizationLevel;
  readonly provider: Provider;
}

interface Row {
  readonly cause: string;
  readonly from: Side;
  readonly to: Side;
  /** The reason for which the row cannot be measured. */
  readonly skipped?: string | false;
  /** A provider may refuse the second side: that is a reason to skip the row. */
  readonly optional?: boolean;
  readonly whatIf?: boolean;
}

type Outputs = ReadonlyMap<string, Tensor>;

/**
 * Attributes the difference between the plain graph and what users run to its causes: each row switches one thing and compares
 * all outputs, the scale being that of the first side. The last row is the sum of all as users see it.
 * @throws runtime/…
 */
export async function errorBudget(request: BudgetRequest): Promise<BudgetEntry[]> {
  const { inputs, onStep } = request;
  const known = new Map<Side, Outputs>();
  const outputsOf = async (side: Side): Promise<Outputs> => {
    const found = known.get(side);
    if (found) return found;
    onStep?.(`${side.name} runs`);
    const outputs = await run(side, inputs);
    known.set(side, outputs);
    return outputs;
  };
  const entries: BudgetEntry[] = [];
  for (const { cause, from, to, skipped, optional = false, whatIf = false } of rows(request)) {
    const sides = `${from.name} against ${to.name}`;
    if (skipped) entries.push({ cause, sides, whatIf, skipped });
    else {
      const reference = await outputsOf(from);
      const candidate = await (optional ? outputsOf(to).catch(refusal) : outputsOf(to));
      const measured = typeof candidate === "string" ? { skipped: candidate } : worst(reference, candidate);
      entries.push({ cause, sides, whatIf, ...measured });
    }
  }
  return entries;
}

/** The message of a provider that does not run a graph. @throws every other error */
function refusal(error: unknown): string {
  if (isCompileError(error) && error.diagnostic.code.startsWith("runtime/")) return error.diagnostic.message;
  throw error;
}

function rows({ plain, optimized, provider, noGpu }: BudgetRequest): Row[] {
  const fused = runPasses(plain, PIPELINES.fuse).graph;
  const side = (what: string, graph: Graph, level: OptimizationLevel, on: Provider): Side => ({
    name: `${what} (${on.name}, runtime rewrites ${level === "all" ? "on" : "off"})`,
    graph,
    level,
    provider: on,
  });
  const plainSide = side("plain", plain, "disabled", CPU);
  const fusedSide = side("folded", fused, "disabled", CPU);
  const optimizedSide = side("optimised", optimized, "disabled", CPU);
  const deployedSide = side("optimised", optimized, "all", CPU);
  const gpuSide = provider === CPU ? deployedSide : side("optimised", optimized, "all", provider);
  const nvidia = provider.arithmetic !== undefined;
  // Without the variable that turns TF32 off, NVIDIA's libraries use it.
  const tf32 = nvidia ? side("optimised with TF32", optimized, "all", { ...provider, childEnvironment: {} }) : gpuSide;
  const halfSide = side("optimised in float16", runPasses(optimized, [toHalf()]).graph, "all", gpuSide.provider);
  return [
    { cause: "fold", from: plainSide, to: fusedSide },
    { cause: "other rewrites", from: fusedSide, to: optimizedSide },
    { cause: "ONNX Runtime's rewriting", from: optimizedSide, to: deployedSide },
    { cause: "provider", from: deployedSide, to: gpuSide, skipped: provider === CPU && noGpu },
    { cause: "TF32", from: gpuSide, to: tf32, skipped: !nvidia && `${provider.name} has no TF32`, whatIf: true },
    { cause: "half", from: gpuSide, to: halfSide, optional: true, whatIf: true },
    { cause: "all of them", from: plainSide, to: gpuSide },
  ];
}

async function run({ graph, level, provider, name }: Side, inputs: GraphInputs): Promise<Outputs> {
  const bytes = encodeBytes(graph, { opset: OPSETS.default });
  const session = await openSession(bytes, { provider, level, name });
  try {
    return await session.run(inputs);
  } finally {
    await session.release();
  }
}

function worst(reference: Outputs, candidate: Outputs): { readonly maxAbs: number; readonly maxRel: number } {
  const differences = [...reference].map(([name, tensor]) => {
    const found = compareTensors(name, tensor, candidate.get(name)!);
    return found.nonFinite > 0 ? { maxAbs: Number.NaN, maxRel: Number.NaN } : found;
  });
  return {
    maxAbs: Math.max(...differences.map(({ maxAbs }) => maxAbs)),
    maxRel: Math.max(...differences.map(({ maxRel }) => maxRel)),
  };
}
