import type { Node } from "@yolo-compile/ir";
import {
  type HalfAudit,
  type KeptNode,
  type PassResult,
  type Precision,
  planHalf,
  planQuantized,
  quantize,
  type Ranges,
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
  /** Facts of a run in float32; left out, only constants are looked at. */
  readonly audit?: HalfAudit;
}

/** Float16 weights, float32 arithmetic: half the file. */
export interface HalfWeightsRequest {
  readonly kind: "half-weights";
}

/** Integers of 8 bits: U8 activations, S8 weights with a scale for each filter. */
export interface Int8Request {
  readonly kind: "int8";
  /** As for {@link HalfRequest}. */
  readonly keep?: readonly string[];
  /** The ranges of values, gathered by running the network on pictures like those that it will see. */
  readonly ranges: Ranges;
  /** Nodes that stay in float32 because of what they cost, with the reasons. */
  readonly beyond?: ReadonlyMap<Node, string>;
}

/** A precision other than float32. */
export type LoweredRequest = HalfRequest | HalfWeightsRequest | Int8Request;

/** The name of a precision other than float32. */
export type PrecisionKind = LoweredRequest["kind"];

/** The precision of a graph. */
export interface LoweredPrecision {
  readonly kind: PrecisionKind;
  /** The nodes that compute in fewer bits, or whose weights are stored in them. */
  readonly lowered: number;
  /** The nodes that stay in float32, with the reasons, in the order of the graph. */
  readonly kept: readonly KeptNode[];
}

/** Graphs of which the optimised one has another precision. */
export interface LoweredGraphs {
  readonly graphs: CompiledGraphs;
  readonly precision: LoweredPrecision;
}

/** Lowers the precision of the optimised graph. @throws passes/keep */
export function lowerPrecision(graphs: CompiledGraphs, request: LoweredRequest): LoweredGraphs {
  const { optimized } = graphs;
  if (request.kind === "half-weights") return lowered(graphs, request, runPasses(optimized, [storeHalf]), []);
  if (request.kind === "int8") {
    const { nodes, kept } = planQuantized(optimized, request);
    const pass = quantize({ ranges: request.ranges, nodes });
    return lowered(graphs, request, runPasses(optimized, [pass]), kept);
  }
  const plan = planHalf(optimized, request);
  const pass = toHalf({ keep: plan, ...(request.io && { io: request.io }) });
  return lowered(graphs, request, runPasses(optimized, [pass]), [...plan.values()]);
}

const lowered = (
  graphs: CompiledGraphs,
  { kind }: LoweredRequest,
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
