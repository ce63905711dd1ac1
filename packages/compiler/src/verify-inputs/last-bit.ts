import { type Tensor, uniformStream } from "@yolo-compile/core";
import type { NamedInput, Tolerance } from "@yolo-compile/runtime";

/** Floats between an element and what it becomes. One alone is often rounded away by the first layer. */
const STEPS = 4;

/** Of a float32's bits, those without the sign. */
const MAGNITUDE = 0x7fffffff;

/**
 * The same input with each float32 four floats away, up or down by a seeded choice. How far a model's answers move is what
 * rounding does to them there, so a graph that computes the same in another order is about as far away.
 */
export const shakeLastBits = <Input extends NamedInput>(input: Input, seed: number): Input => ({
  ...input,
  tensors: new Map([...input.tensors].map(([name, tensor], index) => [name, shaken(tensor, seed + index)])),
});

function shaken(tensor: Tensor, seed: number): Tensor {
  if (!(tensor.data instanceof Float32Array)) return tensor;
  const next = uniformStream(seed);
  const bits = new Int32Array(tensor.data.slice().buffer);
  // Neighbouring floats have neighbouring bits; downwards the way ends at 0.
  for (let index = 0; index < bits.length; index++) {
    const down = next() < 0.5 && (bits[index]! & MAGNITUDE) >= STEPS;
    bits[index] = bits[index]! + (down ? -STEPS : STEPS);
  }
  return { ...tensor, data: new Float32Array(bits.buffer) };
}

/**
 * Measured on plain and folded graphs: where the last bits of an input move an answer by more than 1e-5, folding moves it by
 * less than twice as much, and 5.5 times once, where one hot pixel decides a softmax.
 */
const ROUNDING = 10;

/**
 * How far an answer may be from the plain graph's: as the tolerance says, but for inputs whose last bits alone move it by more
 * than a tenth of that, such as 0 to 255 into saturated activations. No float32 graph can promise more there.
 */
export const allowedError = ({ relative }: Tolerance, movedByLastBits: number): number =>
  Math.max(relative, ROUNDING * movedByLastBits);
