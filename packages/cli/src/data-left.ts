import { basename, dirname, join } from "node:path";
import { dataFileOf, isCompileError, type OutputFile, readModelInfo } from "@yolo-compile/compiler";
import { linkStatusAt } from "./file-status.js";
import { openFile } from "./files.js";

/** The data file of the model of ours that `files` replace, where they bring none. Nothing would read it any more. */
export function dataLeftBy(files: readonly OutputFile[], output: string): string | undefined {
  const name = dataFileOf(basename(output));
  const path = join(dirname(output), name);
  if (files.some((file) => file.name === name)) return undefined;
  return isFile(path) && isDataOf(output, name) ? path : undefined;
}

function isFile(path: string): boolean {
  try {
    return linkStatusAt(path).isFile();
  } catch {
    return false; // Its name may be too long, though the model's is not.
  }
}

function isDataOf(model: string, data: string): boolean {
  try {
    const file = openFile(model);
    try {
      const { producer, externalData } = readModelInfo(file);
      return producer.startsWith("yolo-compile ") && externalData.length === 1 && externalData[0] === data;
    } finally {
      file.close();
    }
  } catch (error) {
    if (isCompileError(error)) return false; // There is no model there, or none that can be read.
    throw error;
  }
}
