import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { OutputFile } from "@yolo-compile/compiler";
import type { FilePlace } from "@yolo-compile/proof";
import { dataLeftBy } from "./data-left.js";
import { type Workspace, writeChunks } from "./files.js";
import { isStdout } from "./output-target.js";

/**
 * Proves files in a folder that is there: models of gigabytes are never in memory. Those to take are in `optimized/`.
 * `written` is called with the path of each file that is whole.
 */
export const folderPlace = (folder: string, written: (path: string) => void = () => {}): FilePlace => ({
  put: (graph, files) => {
    mkdirSync(join(folder, graph));
    for (const { name, chunks } of files) {
      const path = join(folder, graph, name);
      writeChunks(path, chunks());
      written(path);
    }
    return join(folder, graph, files[0]!.name); // a graph has a model, which comes first
  },
});

/**
 * Moves proven files from a {@link folderPlace} in a workspace to that of `output`, the model. The data file of the model that
 * is replaced goes, too.
 * @throws output/unwritable
 */
export function publishFiles(workspace: Workspace, files: readonly OutputFile[], output: string): void {
  const targets = new Map(files.map(({ name }) => [join("optimized", name), join(dirname(output), name)]));
  const left = isStdout(output) ? undefined : dataLeftBy(files, output);
  workspace.publish(targets, left === undefined ? [] : [left]);
}
