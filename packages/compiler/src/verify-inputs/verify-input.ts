import type { Tensor } from "@yolo-compile/core";
import type { ValueInfo } from "@yolo-compile/runtime";
import type { Image } from "@yolo-compile/vision";

/** What a model is run with once. */
export interface VerifyInput {
  /** How reports call it: `noise (seed 1)`, `bus.jpg`. */
  readonly name: string;
  /** One for each of the model's inputs. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** The pictures in the batch, in order, where it was made of pictures. */
  readonly pictures?: readonly NamedPicture[];
}

export interface NamedPicture {
  readonly name: string;
  readonly image: Image;
}

/** An input of a model without free sizes. */
export interface FixedInput extends ValueInfo {
  readonly shape: readonly number[];
}
