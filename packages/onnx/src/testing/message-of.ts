import { isCompileError } from "@yolo-compile/core";

/** The message of the CompileError that `run` ends with, or "no error"; every other exception goes on. */
export function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isCompileError(error)) return error.message;
    throw error;
  }
  return "no error";
}
