import { bytesSource, type CompileError, isCompileError, piecesOf } from "@yolo-compile/core";
import type { Checkpoint } from "../checkpoint.js";
import type { OpenOptions } from "../format.js";
import { openCheckpoint } from "../formats.js";

export const open = (bytes: Uint8Array, options?: OpenOptions): Checkpoint =>
  openCheckpoint(bytesSource("test.pt", bytes), options);

/** The error of an action that has to fail, and with a CompileError. */
export function errorOf(run: () => unknown): CompileError {
  try {
    run();
  } catch (error) {
    if (isCompileError(error)) return error;
    throw error;
  }
  throw new Error("expected a CompileError, nothing was thrown");
}

export const codeOf = (run: () => unknown): string => errorOf(run).diagnostic.code;

/** Opens and reads everything: a value or a CompileError is fine, any other exception is thrown. */
export function surviveOpening(bytes: Uint8Array, sibling?: Uint8Array): "opened" | "refused" {
  try {
    const options = sibling ? { sibling: (name: string) => bytesSource(name, sibling) } : {};
    for (const tensor of open(bytes, options).tensors.values()) {
      tensor.read();
      for (const _ of piecesOf(tensor));
    }
    return "opened";
  } catch (error) {
    if (isCompileError(error)) return "refused";
    throw error;
  }
}

/** The numbers of one tensor, as plain JS values. */
export function valuesOf(checkpoint: Checkpoint, name: string): (number | bigint)[] {
  const tensor = checkpoint.tensors.get(name);
  if (!tensor) throw new Error(`no tensor ${name} among ${[...checkpoint.tensors.keys()].join(", ")}`);
  return Array.from<number | bigint>(tensor.read().data);
}
