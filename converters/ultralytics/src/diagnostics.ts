import { CompileError, leastValue, type Size } from "@yolo-compile/core";

/** For a file that lacks the head which is asked for: `fuse()` keeps one of two. */
export const headGone = (where: string): CompileError =>
  new CompileError({
    code: "ultralytics/head",
    message: "the weights hold the head without suppression alone, as fuse() left it",
    hint: "leave --no-end2end out, or give the checkpoint from before fuse()",
    where,
  });

/** For a head that chooses a number of boxes which not every size of the image has. */
export const tooFewBoxes = (boxes: Size, wanted: number, where: string): CompileError =>
  new CompileError({
    code: "ultralytics/open-size",
    message: `the head without suppression chooses ${wanted} boxes, and the smallest image has ${leastValue(boxes)}`,
    hint: "let the sides count in larger steps, such as --dynamic height=160 width=160, or leave --end2end out",
    where,
  });
