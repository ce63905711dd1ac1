import { CompileError } from "@yolo-compile/core";

/** For a model whose outputs are not those of a classifier. */
export const noClassifier = (
  model: string,
  outputs: readonly { readonly name: string; readonly shape: readonly (number | string)[] }[],
): CompileError =>
  new CompileError({
    code: "detect/model",
    message: `${model} is no classifier: its outputs are ${outputs.map(({ name, shape }) => `${name} [${shape.join(",")}]`).join(", ") || "none"}`,
    hint: "expected an image [n,3,h,w] that gives [n,classes]",
  });

/** For a model whose inputs or outputs are not those of a detector; `what` names the side. */
export const noDetector = (
  model: string,
  what: string,
  values: readonly { readonly name: string; readonly shape: readonly (number | string)[] }[],
): CompileError =>
  new CompileError({
    code: "detect/model",
    message: `${model} is no detector: ${what} are ${values.map(({ name, shape }) => `${name} [${shape.join(",")}]`).join(", ") || "none"}`,
    hint: "expected an image [n,3,h,w] that gives boxes and classes, and perhaps prototypes, keypoints or angles",
  });

/** For a model with data beside it that is to be proven in memory. */
export const noPlace = (files: readonly string[]): CompileError =>
  new CompileError({
    code: "compile/place",
    message: `${files.join(" and ")} cannot be proven in memory: data beside a model are found by its path`,
    hint: "give a folder: place: folderPlace(folder)",
  });
