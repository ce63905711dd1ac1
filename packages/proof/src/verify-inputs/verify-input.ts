import type { NamedInput, ValueInfo } from "@yolo-compile/runtime";
import type { Image } from "@yolo-compile/vision";

/** The inputs of one run. */
export interface VerifyInput extends NamedInput {
  /** The pictures in the batch, in order, where it was made of pictures. */
  readonly pictures?: readonly NamedPicture[];
}

/** A decoded picture; the name is for messages and reports. */
export interface NamedPicture {
  readonly name: string;
  readonly image: Image;
}

/** An input of a model without free sizes. */
export interface FixedInput extends ValueInfo {
  readonly shape: readonly number[];
}
