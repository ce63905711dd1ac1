import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type ModuleLibrary, ownModules } from "@yolo-compile/compiler";
import { inputUnreadable, modulesFail } from "./diagnostics.js";

/**
 * Runs the code of a file that the user names, and returns the modules that it exports: `modules`, or the default export.
 * @throws input/unreadable, modules/run, network/modules, network/definition
 */
export async function loadModules(path: string): Promise<ModuleLibrary> {
  if (!existsSync(path)) throw inputUnreadable(path, "ENOENT");
  const code = await run(path);
  return ownModules(code.modules ?? code.default, path);
}

async function run(path: string): Promise<{ readonly modules?: unknown; readonly default?: unknown }> {
  try {
    return await import(pathToFileURL(resolve(path)).href);
  } catch (error) {
    throw modulesFail(path, error);
  }
}
