import { type Checkpoint, type CompileRequest, inputKind, openCheckpoint } from "@yolo-compile/compiler";
import { usage } from "./diagnostics.js";
import { type FileSource, openFile, readText } from "./files.js";

/** The files of a command line, opened and told apart. */
export interface Inputs {
  readonly config?: NonNullable<CompileRequest["config"]>;
  readonly checkpoint?: Checkpoint;
  /** Names the output: the yaml, or the checkpoint that carries its own. */
  readonly name: string;
}

/**
 * Opens a yaml and weights, in either order, or one of the two. Which is which is told by content.
 * @throws input/unreadable, usage, weights/…
 */
export function openInputs(paths: readonly string[]): Inputs {
  const [first] = paths;
  if (first === undefined)
    throw usage("no input file", "yolo-compile best.pt, or yolo-compile yolov5s.yaml weights.pt");
  if (paths.length > 2)
    throw usage(`${paths.length} input files: ${paths.join(", ")}`, "give one yaml and one file of weights");
  const opened: FileSource[] = [];
  try {
    for (const path of paths) opened.push(openFile(path));
    return sort(opened, first);
  } catch (error) {
    for (const file of opened) file.close();
    throw error;
  }
}

function sort(files: readonly FileSource[], first: string): Inputs {
  const kinds = files.map((file) => inputKind(file));
  const config = files[kinds.indexOf("config")];
  const weights = files[kinds.findIndex((kind) => kind !== "config")];
  if (files.length === 2 && !(config && weights)) {
    const both = config ? "yaml files" : "files of weights";
    throw usage(`${files.map(({ name }) => name).join(" and ")} are both ${both}`, "give one of each");
  }
  const text = config && { file: config.name, text: readText(config) };
  return {
    ...(text && { config: text }),
    ...(weights && { checkpoint: openCheckpoint(weights, { onClose: () => weights.close() }) }),
    name: config?.name ?? first,
  };
}
