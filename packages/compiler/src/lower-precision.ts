import {
  type HalfAudit,
  type KeptNode,
  type PassResult,
  type Precision,
  planHalf,
  runPasses,
  storeHalf,
  toHalf,
} from "@yolo-compile/passes";
import type { CompiledGraphs } from "./compile-graphs.js";

/** Float16 weights and arithmetic. */
export interface HalfRequest {
  readonly kind: "half";
  /** Ops (`Softmax`), rows (`23`) and paths (`model.23.m`) that stay in float32. */
  readonly keep?: readonly string[];
  /** The precision of inputs and outputs. Left out, float32. */
  readonly io?: Precision;
}

/** Float16 weights, float32 arithmetic: half the file. */
export interface HalfWeightsRequest {
  readonly kind: "half-weights";
}

/** A precision other than float32. */
export type PrecisionRequest = HalfRequest | HalfWeightsRequest;

/** The precision of a graph. */
export interface LoweredPrecision {
  readonly kind: PrecisionRequest["kind"];
  /** The nodes that compute in float16, or whose weights are stored in it. */
  readonly lowered: number;
  /** The nodes that stay in float32, with the reasons, in the order of the graph. */
  readonly kept: readonly KeptNode[];
}

/** Graphs of which the optimised one has another precision. */
export interface LoweredGraphs {
  readonly graphs: CompiledGraphs;
  readonly precision: LoweredPrecision;
}

/** Lowers the precision of the optimised graph; without an audit, float16 is given to everything that is not kept by name. */
export function lowerPrecision(graphs: CompiledGraphs, request: PrecisionRequest, audit?: HalfAudit): LoweredGraphs {
  const { optimized } = graphs;
  if (request.kind === "half-weights") return lowered(graphs, request, runPasses(optimized, [storeHalf]), []);
  const plan = planHalf(optimized, { ...(request.keep && { keep: request.keep }), ...(audit && { audit }) });
  const pass = toHalf({ keep: plan, ...(request.io && { io: request.io }) });
  return lowered(graphs, request, runPasses(optimized, [pass]), [...plan.values()]);
}

const lowered = (
  graphs: CompiledGraphs,
  { kind }: PrecisionRequest,
  { graph, rewrites, replaced }: PassResult,
  kept: readonly KeptNode[],
): LoweredGraphs => ({
  graphs: {
    ...graphs,
    optimized: graph,
    rewrites: [...graphs.rewrites, ...rewrites],
    replaced: new Map([...graphs.replaced, ...replaced]),
  },
  precision: { kind, lowered: rewrites.length, kept },
});
