import { crc32, type Tensor, uniformStream } from "@yolo-compile/core";

/** The number of floats by which an element moves. A single one is often rounded away by the first layer. */
export const STEPS = 4;

/** A float32's bits without the sign. */
const MAGNITUDE = 0x7fffffff;

/**
 * The same tensors with each float32 moved by four floats, up or down by a seeded choice. The outputs then show the effect
 * of rounding on the model: a graph that computes the same in another order differs about as much.
 */
export const shakeLastBits = (tensors: ReadonlyMap<string, Tensor>, seed: number): ReadonlyMap<string, Tensor> =>
  new Map([...tensors].map(([name, tensor], index) => [name, shaken(tensor, seed + index)]));

/** Noise of the same seed would move up where it is bright and down where it is dark, which no rounding does. */
const streamOf = (seed: number): (() => number) => uniformStream(crc32(new TextEncoder().encode("last bits"), seed));

function shaken(tensor: Tensor, seed: number): Tensor {
  if (!(tensor.data instanceof Float32Array)) return tensor;
  const next = streamOf(seed);
  const bits = new Int32Array(tensor.data.slice().buffer);
  // Neighbouring floats have neighbouring bits; downwards the way ends at 0.
  for (let index = 0; index < bits.length; index++) {
    const down = next() < 0.5 && (bits[index]! & MAGNITUDE) >= STEPS;
    bits[index] = bits[index]! + (down ? -STEPS : STEPS);
  }
  return { ...tensor, data: new Float32Array(bits.buffer) };
}
