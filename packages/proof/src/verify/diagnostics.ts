import { CompileError } from "@yolo-compile/core";

/** For a check of rewrites or layers that the subject has no graphs for; `asked` is its option. */
export const noSource = (asked: string): CompileError =>
  new CompileError({
    code: "verify/source",
    message: `${asked} looks at the rewrites of a graph, and finished models do not say which they went through`,
    hint: "give the yaml and the weights, or a checkpoint that carries its own yaml",
  });

/** For two models that end differently, neither in what the other can be held against; `ends` say how. */
export const otherEndings = (
  reference: { readonly name: string; readonly ends: string },
  candidate: { readonly name: string; readonly ends: string },
): CompileError =>
  new CompileError({
    code: "verify/outputs",
    blame: "verdict",
    message: `${reference.name} ends in ${reference.ends}, ${candidate.name} in ${candidate.ends}, and neither is read as the other`,
    hint: "give a model of decoded boxes first: every ending is held against those",
  });

/** For a model that ran on pictures and gave no detections. */
export const noDetections = (model: string): CompileError =>
  new CompileError({
    code: "verify/pictures",
    message: `${model} takes pictures, but its outputs are no detections [n,boxes,5+classes]`,
    hint: "leave the pictures out, or give them as .npy files with --input",
  });

/** For a golden folder without the .npy file of one of the model's outputs. */
export const goldenMissing = (folder: string, missing: readonly string[]): CompileError =>
  new CompileError({
    code: "verify/golden",
    message: `${folder} has no ${missing.join(", ")}`,
    hint: "a golden folder holds <name>.npy for every input and every output of the model",
  });
