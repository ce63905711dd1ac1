import { CompileError } from "@yolo-compile/core";

/** For a file that lacks the head which is asked for: `fuse()` keeps one of two. */
export const headGone = (where: string): CompileError =>
  new CompileError({
    code: "ultralytics/head",
    message: "the weights hold the head without suppression alone, as fuse() left it",
    hint: "leave --no-end2end out, or give the checkpoint from before fuse()",
    where,
  });
