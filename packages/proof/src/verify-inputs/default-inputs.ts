import { elementCount, isFloat, type Tensor, tensorOf, toFloat64 } from "@yolo-compile/core";
import type { Tensors } from "@yolo-compile/runtime";
import { noiseInput } from "./magnitudes.js";
import { collage, type Pattern } from "./patterns.js";
import type { FixedInput, VerifyInput } from "./verify-input.js";

/**
 * The amplitude of loud noise: enough to reach the clips and flat ends of activations, and not so much that rounding
 * decides.
 */
const LOUD = 4;

/**
 * The inputs on which every model is judged: noise, loud noise, and a collage of a synthetic picture, rings and blocks. The
 * first runs at both levels of ONNX Runtime's rewriting, the others as users deploy the model. A model that takes no floats
 * gets the noise alone.
 */
export function defaultInputs(inputs: readonly FixedInput[], seed: number): readonly VerifyInput[] {
  const noise = noiseInput(inputs, seed);
  if (!inputs.some(({ dtype }) => isFloat(dtype))) return [noise];
  const named = (name: string, tensors: Tensors): VerifyInput => ({
    name: `${name} (seed ${seed})`,
    deployedOnly: true,
    tensors,
  });
  return [
    noise,
    named(
      `noise 0 to ${LOUD}`,
      fill(
        noise.tensors,
        eachNumber((value) => LOUD * value),
      ),
    ),
    named("collage", fill(noise.tensors, patterned(collage, seed))),
  ];
}

/** New elements for a tensor of floats, the `at`th of a model's inputs. */
type Fill = (tensor: Tensor, at: number) => Tensor;

/** Integers stay, since what they count is not known. */
const fill = (tensors: Tensors, make: Fill): Tensors =>
  new Map([...tensors].map(([name, tensor], at) => [name, isFloat(tensor.dtype) ? make(tensor, at) : tensor]));

const eachNumber =
  (change: (value: number) => number): Fill =>
  (tensor) =>
    tensor.data instanceof Float32Array
      ? { ...tensor, data: tensor.data.map(change) }
      : tensorOf(tensor.dtype, tensor.shape, toFloat64(tensor).map(change));

const patterned =
  (pattern: Pattern, seed: number): Fill =>
  ({ dtype, shape }, at) => {
    const [height, width] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
    const data = pattern({ planes: elementCount(shape.slice(0, -2)), height, width }, seed + at);
    return dtype === "f32" ? { dtype, shape, data } : tensorOf(dtype, shape, data);
  };
