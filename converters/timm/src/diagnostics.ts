import { CompileError } from "@yolo-compile/core";

/** For a backbone of timm that YOLOv5's own code cannot build. */
export const cannotBuild = (name: string, reason: string, where: string): CompileError =>
  new CompileError({
    code: "timm/cannot-build",
    message: `${name}: ${reason}`,
    hint: "`yolo-compile modules timm` lists the backbones that work",
    where,
  });

/** For an image whose channels are others than the three that a backbone by name is made for. */
export const imageChannels = (name: string, found: number, where: string): CompileError =>
  new CompileError({
    code: "timm/channels",
    message: `${name} takes an image of 3 channels, found ${found}`,
    hint: "`ch` of the yaml does not reach a timm backbone",
    where,
  });

/** For a row without its one argument, `pretrained`. */
export const noArguments = (name: string, where: string): CompileError =>
  new CompileError({
    code: "timm/arguments",
    message: `${name} has no arguments, expected [False] or [True]: whether timm would load trained weights`,
    where,
  });
