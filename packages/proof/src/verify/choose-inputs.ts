import type { Session, ValueInfo } from "@yolo-compile/runtime";
import {
  defaultInputs,
  magnitudeInputs,
  type NamedPicture,
  type Preparation,
  pictureInputs,
  resolveSizes,
  type SizeOptions,
  type VerifyInput,
} from "../verify-inputs/index.js";

/** Inputs besides {@link defaultInputs}. */
export interface InputChoice extends SizeOptions {
  /** Seed of the noise. */
  readonly seed: number;
  /** Adds inputs that no camera gives: zeros, a single hot pixel, 0 to 255, … */
  readonly magnitudes?: boolean;
  readonly pictures?: readonly NamedPicture[];
  /** Makes pictures input; letterboxed where left out. */
  readonly prepare?: Preparation;
  /** Inputs of the user's own, made to fit the model. */
  readonly own?: (inputs: readonly ValueInfo[]) => readonly VerifyInput[];
}

/**
 * The inputs for a model, for each set of sizes where some are free.
 * @throws verify/size, verify/pictures, and what `own` throws
 */
export function chooseInputs({ inputs }: Pick<Session, "inputs">, choice: InputChoice): readonly VerifyInput[] {
  const { seed, magnitudes = false, pictures = [], prepare, own } = choice;
  const sets = resolveSizes(inputs, choice);
  const made = sets.flatMap((set): readonly VerifyInput[] => {
    const chosen = [
      ...defaultInputs(set.inputs, seed),
      ...(magnitudes ? magnitudeInputs(set.inputs, seed) : []),
      ...(pictures.length > 0 ? pictureInputs(set.inputs, pictures, prepare) : []),
    ];
    return sets.length === 1 ? chosen : chosen.map((each) => ({ ...each, name: `${each.name} ${set.name}` }));
  });
  return [...made, ...(own?.(inputs) ?? [])];
}
