import { castTensor, isFloat, type Tensor } from "@yolo-compile/core";
import { type Image, letterbox, type Size, toTensor } from "@yolo-compile/vision";
import { noImageInput } from "./diagnostics.js";
import type { FixedInput, NamedPicture, VerifyInput } from "./verify-input.js";

/** Makes pictures network input of one size: f32[n,3,height,width]. */
export type Preparation = (images: readonly Image[], size: Size) => Tensor;

const letterboxed: Preparation = (images, size) => toTensor(images.map((image) => letterbox(image, size)));

/**
 * Pictures as input of a network: letterboxed to its size, RGB, 0 to 1, unless it is prepared otherwise. A model for several at a time gets as many
 * in a row; the last batch is filled up from the first picture on.
 * @throws verify/pictures unless the model has one input of floats [n,3,height,width]
 */
export function pictureInputs(
  inputs: readonly FixedInput[],
  pictures: readonly NamedPicture[],
  prepare: Preparation = letterboxed,
): VerifyInput[] {
  const [input] = inputs;
  if (!input || inputs.length !== 1 || input.shape.length !== 4 || input.shape[1] !== 3 || !isFloat(input.dtype))
    throw noImageInput(inputs);
  const [batch, , height, width] = input.shape as [number, number, number, number];
  const groups = Math.ceil(pictures.length / batch);
  return Array.from({ length: groups }, (_, group) => {
    const chosen = Array.from({ length: batch }, (_, place) => pictures[(group * batch + place) % pictures.length]!);
    const tensor = prepare(
      chosen.map(({ image }) => image),
      { height, width },
    );
    return {
      name: [...new Set(chosen.map(({ name }) => name))].join(", "),
      tensors: new Map([[input.name, castTensor(tensor, input.dtype)]]),
      pictures: chosen,
    };
  });
}
