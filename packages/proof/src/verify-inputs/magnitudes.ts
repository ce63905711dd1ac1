import { elementCount, isFloat, type Tensor, tensorOf, toFloat64, uniformStream } from "@yolo-compile/core";
import { seededInputs } from "@yolo-compile/runtime";
import type { FixedInput, VerifyInput } from "./verify-input.js";

/** Gives each element of a tensor from its index and the noise that would be there. */
type Fill = (index: number, noise: number) => number;

/** A tensor as planes of rows. */
interface Plane {
  readonly height: number;
  readonly width: number;
  /** A place in it, seeded. */
  readonly spot: number;
}

const row = (index: number, { height, width }: Plane): number => Math.floor(index / width) % height;
const isSpot = (index: number, { height, width, spot }: Plane): boolean => index % (height * width) === spot;

/**
 * Pictures that no camera takes, which show what noise hides: saturation, padding, biases, signs. Rounding has more weight
 * under some of them; `judgeOutput` of runtime measures that.
 */
const MAGNITUDES: Readonly<Record<string, (plane: Plane) => Fill>> = {
  zeros: () => () => 0,
  ones: () => () => 1,
  checkerboard: (plane) => (index) => (row(index, plane) + (index % plane.width)) % 2,
  impulse: (plane) => (index) => (isSpot(index, plane) ? 1 : 0),
  "hot pixel": (plane) => (index, noise) => (isSpot(index, plane) ? 255 : noise),
  "0 to 255": () => (_, noise) => noise * 255,
  "0 to 1e-4": () => (_, noise) => noise * 1e-4,
  negative: () => (_, noise) => -noise,
};

/** Noise between 0 and 1 for every input. */
export const noiseInput = (inputs: readonly FixedInput[], seed: number): VerifyInput => ({
  name: `noise (seed ${seed})`,
  tensors: seededInputs({ name: "the model", inputs }, seed),
});

/** One input of each unusual magnitude. Inputs of integers keep their noise, since what they count is not known. */
export function magnitudeInputs(inputs: readonly FixedInput[], seed: number): VerifyInput[] {
  const noise = noiseInput(inputs, seed).tensors;
  return Object.entries(MAGNITUDES).map(([name, make]) => ({
    name,
    tensors: new Map(
      [...noise].map(([input, tensor]) => [input, isFloat(tensor.dtype) ? refill(tensor, make, seed) : tensor]),
    ),
  }));
}

function refill(noise: Tensor, make: (plane: Plane) => Fill, seed: number): Tensor {
  const { dtype, shape } = noise;
  const [height, width] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  const spot = Math.floor(uniformStream(seed)() * height * width);
  const fill = make({ height, width, spot });
  const values = toFloat64(noise);
  for (let index = 0; index < elementCount(shape); index++) values[index] = fill(index, values[index]!);
  return tensorOf(dtype, shape, values);
}
