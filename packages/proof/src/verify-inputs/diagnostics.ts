import { CompileError, formatType, isFloat, type Tensor } from "@yolo-compile/core";
import type { ValueInfo } from "@yolo-compile/runtime";
import { freeSize } from "./free-sizes.js";

const spelled = ({ name, dtype, shape }: ValueInfo): string =>
  `${name} ${dtype}[${shape.map((size) => size || "?").join(",")}]`;

/** `verify/size` */
export const sizeNeeded = (name: string): CompileError =>
  new CompileError({
    code: "verify/size",
    message: `the model leaves the size ${name} open, and it is no batch, height or width`,
    hint: `give a size for ${name}`,
  });

/** `verify/size` */
export const unknownSize = (name: string, free: readonly string[]): CompileError =>
  new CompileError({
    code: "verify/size",
    message: `the model leaves no size ${JSON.stringify(name)} open`,
    hint: free.length > 0 ? `its free sizes are ${free.join(", ")}` : "all of its sizes are fixed",
  });

/** `verify/size` */
export const badSize = (name: string, size: number, step: number): CompileError =>
  new CompileError({
    code: "verify/size",
    message: `${name} is ${size}, expected a whole number above 0${step > 1 ? `, a multiple of the stride ${step}` : ""}`,
    ...(step > 1 && size > 0 && { hint: `the next one is ${step * Math.ceil(size / step)}` }),
  });

/** `verify/pictures` */
export const noImageInput = (inputs: readonly ValueInfo[]): CompileError =>
  new CompileError({
    code: "verify/pictures",
    message: `pictures need one input of floats [n,3,height,width], the model has ${inputs.map(spelled).join(", ") || "none"}`,
    hint: "give .npy files instead",
  });

/** `verify/npy` */
export const notNpy = (file: string, format: string): CompileError =>
  new CompileError({
    code: "verify/npy",
    message: `${file} is ${format}, expected a .npy file with one array`,
    hint: "numpy.save writes one",
  });

/** `verify/npy` */
export const npyForSeveral = (file: string, expected: readonly string[]): CompileError =>
  new CompileError({
    code: "verify/npy",
    message: `${file} is one array, the model has ${expected.length} inputs`,
    hint: `give a folder with ${expected.join(", ") || "nothing in it"}`,
  });

/** `verify/npy` */
export const npyFilesMissing = (folder: string, files: readonly string[]): CompileError =>
  new CompileError({ code: "verify/npy", message: `${folder} lacks ${files.join(", ")}`, hint: "one file an input" });

/** `verify/npy` */
export function npyMisfit(
  file: string,
  found: Tensor,
  input: ValueInfo,
  sizes: ReadonlyMap<string, number>,
): CompileError {
  const shape = input.shape.map((size, axis) => {
    const free = freeSize(input, axis);
    return free ? (sizes.get(free.name) ?? free.name) : size;
  });
  return new CompileError({
    code: "verify/npy",
    message: `${file} is ${formatType(found)}, input ${input.name} is ${input.dtype}[${shape.join(",")}]`,
    ...(isFloat(found.dtype) && isFloat(input.dtype) && found.dtype !== input.dtype && { hint: castHint(input) }),
  });
}

const NUMPY_FLOATS: ReadonlyMap<string, string> = new Map([
  ["f32", "float32"],
  ["f16", "float16"],
  ["f64", "float64"],
]);

const castHint = ({ dtype }: ValueInfo): string => `save array.astype("${NUMPY_FLOATS.get(dtype) ?? dtype}")`;
