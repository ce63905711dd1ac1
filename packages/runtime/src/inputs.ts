import { elementCount, type Tensor, tensorOf, uniformFloats, uniformStream } from "@yolo-compile/core";
import { dynamicInput } from "./diagnostics.js";
import type { Session } from "./session.js";
import type { ValueInfo } from "./value-info.js";

/**
 * Reproducible noise for every input of a model: floating point inputs get the 0…1 of a picture, each another seed,
 * integers 0 or 1.
 * @throws runtime/dynamic for an input with a free size
 */
export const seededInputs = (session: Pick<Session, "name" | "inputs">, seed: number): ReadonlyMap<string, Tensor> =>
  new Map(session.inputs.map((input, index) => [input.name, noise(session.name, input, seed + index)]));

function noise(model: string, { name, dtype, shape }: ValueInfo, seed: number): Tensor {
  const sizes = shape.filter((side) => typeof side === "number");
  if (sizes.length !== shape.length) throw dynamicInput(model, name, shape);
  if (dtype === "f32") return { dtype, shape: sizes, data: uniformFloats(seed, elementCount(sizes)) };
  const next = uniformStream(seed);
  const integer = dtype !== "f16" && dtype !== "f64";
  return tensorOf(
    dtype,
    sizes,
    Array.from({ length: elementCount(sizes) }, () => (integer ? Math.floor(next() * 2) : next())),
  );
}
