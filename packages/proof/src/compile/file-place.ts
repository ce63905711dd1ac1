import type { OutputFile } from "@yolo-compile/compiler";
import type { ModelSource } from "@yolo-compile/runtime";
import { noPlace } from "../diagnostics.js";
import type { PlainName } from "../verify/reference-cases.js";

/**
 * A place for files while they are proven: a folder for those that are large. It holds exactly the proven files at the end,
 * and the caller moves them to their targets.
 */
export interface FilePlace {
  /** Puts the files of one graph, which has a folder's name, there. @returns the first of them, the model, as ONNX Runtime opens it */
  put(graph: GraphName, files: readonly OutputFile[]): ModelSource;
}

/** The graph that files hold. */
export type GraphName = PlainName | "optimized";

/** Files, and the model among them as ONNX Runtime opens it. */
export interface PlacedFiles {
  readonly model: ModelSource;
  readonly files: readonly OutputFile[];
}

/** Puts the files of a graph into a place; without one, into memory. @throws compile/place for data beside a model */
export const placeFiles = (
  graph: GraphName,
  files: readonly OutputFile[],
  place: FilePlace | undefined,
): PlacedFiles => (place ? { model: place.put(graph, files), files } : holdFiles(files));

function holdFiles(files: readonly OutputFile[]): PlacedFiles {
  // ONNX Runtime finds data beside a model by the model's path alone.
  if (files.length > 1) throw noPlace(files.map(({ name }) => name));
  const held = files.map((file) => ({ file, bytes: bytesOf(file) }));
  return {
    model: held[0]!.bytes, // a graph has a model, which comes first
    files: held.map(({ file, bytes }) => ({ ...file, chunks: () => [bytes] })),
  };
}

function bytesOf(file: OutputFile): Uint8Array {
  const bytes = new Uint8Array(file.byteLength);
  let offset = 0;
  for (const chunk of file.chunks()) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
