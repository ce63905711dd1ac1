import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { OutputFile } from "@yolo-compile/compiler";
import type { FilePlace } from "@yolo-compile/proof";
import { type Workspace, writeChunks } from "./files.js";

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

/** Moves proven files from a {@link folderPlace} in a workspace to that of `output`, the model. @throws output/unwritable */
export const publishFiles = (workspace: Workspace, files: readonly OutputFile[], output: string): void =>
  workspace.publish(new Map(files.map(({ name }) => [join("optimized", name), join(dirname(output), name)])));
