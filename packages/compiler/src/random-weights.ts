import { crc32, elementCount, type LazyTensor, type Tensor, uniformStream } from "@yolo-compile/core";
import { type ExpectedWeight, type Network, type TracedNetwork, traceNetwork } from "@yolo-compile/network";
import type { Checkpoint } from "@yolo-compile/weights";
import type { ImageRequest } from "./spell-names.js";

/** Random weights, and the walk that listed them, whose constants read them. */
export interface RandomWeights {
  readonly checkpoint: Checkpoint;
  readonly traced: TracedNetwork;
}

/**
 * Random weights for an architecture: reproducible, of a size that keeps activations of ordinary magnitude, BatchNorm
 * statistics away from their initial values so that a wrong fold shows.
 */
export function randomWeights(network: Network, seed: number, image: ImageRequest): RandomWeights {
  const tensors = new Map<string, LazyTensor>();
  const weights = { get: (name: string) => tensors.get(name), batchNormEps: () => undefined };
  const traced = traceNetwork(network, { ...image, weights });
  for (const weight of traced.trace.expected.values())
    if (!weight.fallback) tensors.set(weight.name, lazyRandom(weight, seed));
  const checkpoint = {
    name: `random weights ${seed}`,
    format: "random",
    tensors,
    suspicious: [],
    notes: [],
    close: () => {},
  };
  return { checkpoint, traced };
}

const lazyRandom = (weight: ExpectedWeight, seed: number): LazyTensor => ({
  dtype: "f32",
  shape: weight.shape,
  read: () => fill(weight, seed),
});

function fill({ name, shape, randomScale = 1 }: ExpectedWeight, seed: number): Tensor {
  const next = uniformStream(crc32(new TextEncoder().encode(name), seed));
  const [low, high] = range(name, shape).map((bound) => bound * randomScale) as [number, number];
  const data = new Float32Array(elementCount(shape));
  for (let index = 0; index < data.length; index++) data[index] = low + (high - low) * next();
  return { dtype: "f32", shape, data };
}

/** Bounds of uniform values by the kind of weight; 2.4/√fan-in keeps the variance through SiLU layers. */
function range(name: string, shape: readonly number[]): readonly [number, number] {
  if (name.endsWith("running_var")) return [0.5, 1.5];
  if (shape.length >= 2) {
    const bound = 2.4 / Math.sqrt(elementCount(shape.slice(1)));
    return [-bound, bound];
  }
  return name.endsWith("weight") ? [0.8, 1.2] : [-0.2, 0.2];
}
