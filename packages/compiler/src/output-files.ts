import type { Graph } from "@yolo-compile/ir";
import { type EncodeOptions, encodeModel } from "@yolo-compile/onnx";

/** One file of an output: a model, or a file beside it. */
export interface OutputFile {
  /** The file's name, without a folder. */
  readonly name: string;
  readonly byteLength: number;
  /** The file's bytes in order. */
  chunks(): Iterable<Uint8Array>;
}

/** A graph as the files that hold it, the model called `name` first. @throws as `encodeModel` */
export const encodeFiles = (graph: Graph, { name, opset }: EncodeOptions & { name: string }): readonly OutputFile[] => [
  { name, ...encodeModel(graph, { opset }) },
];
