import { CompileError } from "@yolo-compile/core";

/** For maps that are not those that the model's metadata describe. */
export const brokenMaps = (found: string, expected: string): CompileError =>
  new CompileError({
    code: "detect/maps",
    message: `the model's maps cannot be decoded: found ${found}, expected ${expected}`,
    hint: "compile it again; outputs and metadata of a model belong together",
  });
