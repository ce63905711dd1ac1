import type { ByteSource, Tensor } from "@yolo-compile/core";
import type { ValueInfo } from "@yolo-compile/runtime";
import { openCheckpoint } from "@yolo-compile/weights";
import { notNpy, npyFilesMissing, npyForSeveral, npyMisfit } from "./diagnostics.js";
import { freeSize } from "./free-sizes.js";
import type { VerifyInput } from "./verify-input.js";

/** The array in a .npy file. @throws npy/malformed, weights/…, verify/npy */
export function readNpyFile(source: ByteSource): Tensor {
  const checkpoint = openCheckpoint(source);
  try {
    const [tensor] = checkpoint.tensors.values();
    if (checkpoint.format !== "npy" || !tensor) throw notNpy(source.name, checkpoint.format);
    return tensor.read();
  } finally {
    checkpoint.close();
  }
}

/** A file for a model with one input. @throws verify/npy, and what {@link readNpyFile} throws */
export function npyInput(inputs: readonly ValueInfo[], source: ByteSource): VerifyInput {
  const [input] = inputs;
  if (!input || inputs.length !== 1) throw npyForSeveral(source.name, inputs.map(npyFileName));
  return { name: source.name, tensors: readAll([[input, source]]) };
}

/** The name of the file for an input. Characters that file names do not take become `_`. */
export const npyFileName = ({ name }: Pick<ValueInfo, "name">): string =>
  `${name.replaceAll(/[/\\:*?"<>|]/g, "_")}.npy`;

/**
 * A folder with a file for each input, under its {@link npyFileName}; `open` gives undefined where there is none.
 * @throws verify/npy, and what {@link readNpyFile} throws
 */
export function npyFolderInput(
  inputs: readonly ValueInfo[],
  folder: string,
  open: (file: string) => ByteSource | undefined,
): VerifyInput {
  const sources = inputs.map((input) => [input, open(npyFileName(input))] as const);
  const found = sources.filter((pair): pair is [ValueInfo, ByteSource] => pair[1] !== undefined);
  const missing = sources.filter(([, source]) => !source).map(([input]) => npyFileName(input));
  if (missing.length > 0) throw npyFilesMissing(folder, missing);
  return { name: folder, tensors: readAll(found) };
}

function readAll(files: readonly (readonly [ValueInfo, ByteSource])[]): ReadonlyMap<string, Tensor> {
  const sizes = new Map<string, number>();
  return new Map(
    files.map(([input, source]) => {
      const tensor = readNpyFile(source);
      if (!fits(input, tensor, sizes)) throw npyMisfit(source.name, tensor, input, sizes);
      return [input.name, tensor];
    }),
  );
}

/** Whether the model takes the tensor. The first file that has a free size fixes it. */
function fits(input: ValueInfo, { dtype, shape }: Tensor, sizes: Map<string, number>): boolean {
  if (dtype !== input.dtype || shape.length !== input.shape.length) return false;
  return shape.every((size, axis) => {
    const free = freeSize(input, axis);
    if (!free) return size === input.shape[axis];
    const known = sizes.get(free.name) ?? size;
    sizes.set(free.name, known);
    return size === known;
  });
}
