import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { encodeModel, encodeNpy } from "@yolo-compile/compiler";
import type { Reproducer } from "@yolo-compile/proof";
import { writeChunks } from "./files.js";

/**
 * A folder in the working directory with both small graphs and `inputs/`, a .npy file for each input of theirs; nothing
 * that is there already is overwritten.
 * @returns the folder's name
 */
export function writeReproducer({ before, after, inputs }: Reproducer, opset: number): string {
  const folder = mkdtempSync("reproducer-");
  try {
    mkdirSync(join(folder, "inputs"));
    for (const graph of [before, after])
      writeChunks(join(folder, `${graph.name}.onnx`), encodeModel(graph, { opset }).chunks());
    for (const [name, tensor] of inputs) writeChunks(join(folder, "inputs", `${name}.npy`), [encodeNpy(tensor)]);
    return folder;
  } catch (error) {
    rmSync(folder, { recursive: true });
    throw error;
  }
}
