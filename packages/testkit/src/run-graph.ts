import { elementCount, type Tensor, type TensorType, tensorOf, uniformStream } from "@yolo-compile/core";
import { fixedType, type Graph } from "@yolo-compile/ir";
import { encodeBytes, OPSETS } from "@yolo-compile/onnx";
import { findProvider, type OptimizationLevel, openSession } from "@yolo-compile/runtime";

/** Options of {@link runGraph}; by default the newest opset and seed 1. */
export interface RunOptions {
  /** ONNX Runtime's own optimisation; `disabled` by default. */
  readonly level?: OptimizationLevel;
  readonly opset?: number;
  readonly seed?: number;
  /** The inputs in the graph's order; by default {@link signedNoise}. */
  readonly inputs?: readonly Tensor[];
}

/** Every opset that can be written. */
export const ALL_OPSETS: readonly number[] = Array.from(
  { length: OPSETS.max - OPSETS.min + 1 },
  (_, index) => OPSETS.min + index,
);

/** Runs a graph on ONNX Runtime's CPU provider; one tensor an output, in the graph's order. */
export async function runGraph(graph: Graph, options: RunOptions = {}): Promise<Tensor[]> {
  const { level = "disabled", opset = OPSETS.max, seed = 1 } = options;
  const session = await openSession(encodeBytes(graph, { opset }), {
    provider: findProvider("cpu"),
    level,
    threads: 1,
    name: graph.name,
  });
  try {
    const inputs = options.inputs ?? graph.inputs.map((input, index) => signedNoise(fixedType(input), seed + index));
    const fed = new Map(session.inputs.map(({ name }, index) => [name, inputs[index]!]));
    return [...(await session.run(fed)).values()];
  } finally {
    await session.release();
  }
}

/** Reproducible numbers in [-2, 2): both sides of every activation; integers are -2 to 1, unsigned ones 0 or 1. */
export function signedNoise({ dtype, shape }: TensorType, seed: number): Tensor {
  const next = uniformStream(seed);
  const low = dtype.startsWith("u") || dtype === "bool" ? 0 : -2;
  const numbers = Array.from({ length: elementCount(shape) }, () => low + next() * (2 - low));
  return tensorOf(dtype, shape, dtype.startsWith("f") ? numbers : numbers.map(Math.floor));
}
