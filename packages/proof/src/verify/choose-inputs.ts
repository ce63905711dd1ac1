import type { Session, ValueInfo } from "@yolo-compile/runtime";
import {
  magnitudeInputs,
  type NamedPicture,
  noiseInput,
  pictureInputs,
  resolveSizes,
  type SizeOptions,
  shakeLastBits,
  type VerifyInput,
} from "../verify-inputs/index.js";

/** What models are run on. Noise always is among it. */
export interface InputChoice extends SizeOptions {
  /** Seed of the noise. */
  readonly seed: number;
  /** Numbers that no camera gives: zeros, a single hot pixel, 0 to 255, … */
  readonly magnitudes?: boolean;
  readonly pictures?: readonly NamedPicture[];
  /** Inputs of the user's own, made to fit the model. */
  readonly own?: (inputs: readonly ValueInfo[]) => readonly VerifyInput[];
}

const withShaken = (input: VerifyInput, seed: number): VerifyInput => ({
  ...input,
  shaken: shakeLastBits(input, seed).tensors,
});

/**
 * The inputs for a model, for each set of sizes where some are free.
 * @throws verify/size, verify/pictures, and what `own` throws
 */
export function chooseInputs({ inputs }: Pick<Session, "inputs">, choice: InputChoice): VerifyInput[] {
  const { seed, magnitudes = false, pictures = [], own } = choice;
  const sets = resolveSizes(inputs, choice);
  const made = sets.flatMap((set) => {
    const chosen = [
      noiseInput(set.inputs, seed),
      ...(magnitudes ? magnitudeInputs(set.inputs, seed).map((input) => withShaken(input, seed)) : []),
      ...(pictures.length > 0 ? pictureInputs(set.inputs, pictures) : []),
    ];
    return sets.length === 1 ? chosen : chosen.map((input) => ({ ...input, name: `${input.name} ${set.name}` }));
  });
  return [...made, ...(own?.(inputs) ?? [])];
}
