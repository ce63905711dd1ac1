import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { OutputFile } from "@yolo-compile/compiler";
import type { FilePlace } from "@yolo-compile/proof";
import { type Workspace, writeChunks } from "./files.js";

/** Proves files in a workspace, a folder for each graph: models of gigabytes are never in memory. */
export const placeIn = (workspace: Workspace): FilePlace => ({
  put: (graph, files) => {
    mkdirSync(workspace.path(graph));
    for (const { name, chunks } of files) writeChunks(workspace.path(join(graph, name)), chunks());
    return workspace.path(join(graph, files[0]!.name)); // a graph has a model, which comes first
  },
});

/** Moves the optimised graph's files from their place to that of `output`, the model. @throws output/unwritable */
export const publishFiles = (workspace: Workspace, files: readonly OutputFile[], output: string): void =>
  workspace.publish(new Map(files.map(({ name }) => [join("optimized", name), join(dirname(output), name)])));
