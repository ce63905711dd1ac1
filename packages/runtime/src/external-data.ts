import { lstatSync } from "node:fs";
import { dirname, join, posix, win32 } from "node:path";
import { externalDataRefused, externalDataWithoutPath } from "./diagnostics.js";
import type { ModelSource } from "./session.js";

/**
 * Checks that a model's external data are regular files in the model's folder or below, by a relative path without links.
 * For a model of bytes ONNX Runtime would take them from the working directory.
 * @throws runtime/external-data
 */
export function checkExternalData(model: ModelSource, name: string, locations: readonly string[]): void {
  const [first] = locations;
  if (first === undefined) return;
  if (typeof model !== "string") throw externalDataWithoutPath(name, first);
  for (const location of locations) {
    const problem = locationProblem(dirname(model), location);
    if (problem) throw externalDataRefused(name, location, problem);
  }
}

function locationProblem(folder: string, location: string): string | undefined {
  if (location === "") return "names no file";
  if (posix.isAbsolute(location) || win32.isAbsolute(location) || /^[a-z]:/i.test(location))
    return "is an absolute path";
  const parts = location.split(/[/\\]/);
  if (parts.includes("..")) return "leads out of the model's folder";
  if (location.includes("\0")) return "is no file name";
  for (let count = 1; count <= parts.length; count++) {
    const path = join(folder, ...parts.slice(0, count));
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (!status) return `is not there: ${path}`;
    if (status.isSymbolicLink()) return `goes through a link: ${path}`;
    if (count === parts.length && !status.isFile()) return `is no regular file: ${path}`;
  }
  return undefined;
}
