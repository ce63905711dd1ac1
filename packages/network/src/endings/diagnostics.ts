import { CompileError } from "@yolo-compile/core";

/** For suppression, which has nodes for each picture, in a graph for any number of them. */
export const openBatch = (where: string): CompileError =>
  new CompileError({
    code: "network/open-size",
    message: "suppression inside the graph needs a fixed number of pictures",
    hint: "leave batch out of --dynamic, and give --batch",
    where,
  });

/** For a form of the outputs that the network's last row cannot give. */
export const noHeadOf = (name: string, head: string): CompileError =>
  new CompileError({
    code: "network/head",
    message: `${name} ends in no detector that can give ${head} maps`,
    hint: "leave --head out",
  });

/** For the best boxes of a network whose boxes have no objectness to choose by, or none that is a plain convolution. */
export const noBestOf = (name: string): CompileError =>
  new CompileError({
    code: "network/head",
    message: `${name} ends in no detector whose best boxes can be chosen before they are decoded`,
    hint: "leave --top out",
  });

/** For masks of a network that makes none. */
export const noMasksOf = (name: string): CompileError =>
  new CompileError({
    code: "network/head",
    message: `${name} ends in no segmenter whose masks can be put together`,
    hint: "leave --masks out",
  });

/** For names of outputs that are not one for each. */
export const wrongNames = (given: readonly string[], outputs: readonly string[]): CompileError =>
  new CompileError({
    code: "network/names",
    message: `${given.length} names for the outputs: ${given.join(", ")}, expected ${outputs.length} that differ, for ${outputs.join(", ")}`,
  });

/** For outputs that are to be taken apart and hold no upright boxes with a score for each class. */
export const noBoxes = (parts: readonly string[]): CompileError =>
  new CompileError({
    code: "network/head",
    message: `the outputs are ${parts.join(", ") || "nothing"}, expected upright boxes with a score for each class, and at most masks beside`,
    hint: "leave --head and --nms out: detect suppresses by itself",
  });

/** For metadata of ours that somebody changed. */
export const brokenEnding = (problem: string): CompileError =>
  new CompileError({
    code: "network/ending",
    message: `what the model's metadata say about its outputs cannot be read: ${problem}`,
    hint: "compile it again",
  });

/** For maps that are not those that the model's metadata describe. */
export const brokenMaps = (found: string, expected: string): CompileError =>
  new CompileError({
    code: "detect/maps",
    message: `the model's maps cannot be decoded: found ${found}, expected ${expected}`,
    hint: "compile it again; outputs and metadata of a model belong together",
  });
