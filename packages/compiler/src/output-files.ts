import { isCompileError } from "@yolo-compile/core";
import type { Graph } from "@yolo-compile/ir";
import { type EncodedModel, encodeModel } from "@yolo-compile/onnx";

/** One file of an output: a model, or a file beside it. */
export interface OutputFile {
  /** The file's name, without a folder. */
  readonly name: string;
  readonly byteLength: number;
  /** The file's bytes in order. */
  chunks(): Iterable<Uint8Array>;
}

/** The files of a model. */
export interface FileOptions {
  /** Of the model. */
  readonly name: string;
  readonly opset: number;
  /** Puts the weights into a file beside the model, which is done anyhow where they do not fit into it. Default false. */
  readonly externalData?: boolean;
}

/** The file beside a model that holds its weights. */
export const dataFileOf = (model: string): string => `${model}.data`;

/** A graph as the files that hold it, the model called `name` first. @throws as `encodeModel` */
export function encodeFiles(graph: Graph, options: FileOptions): readonly OutputFile[] {
  const { name } = options;
  const { data, ...model } = encodeInside(graph, options) ?? encodeBeside(graph, options);
  return [{ name, ...model }, ...(data ? [{ name: dataFileOf(name), ...data }] : [])];
}

const encodeBeside = (graph: Graph, { name, opset }: FileOptions): EncodedModel =>
  encodeModel(graph, { opset, dataFile: dataFileOf(name) });

/** The model with its weights inside; undefined where they are to lie, or have to lie, beside it. */
function encodeInside(graph: Graph, { opset, externalData = false }: FileOptions): EncodedModel | undefined {
  if (externalData) return undefined;
  try {
    return encodeModel(graph, { opset });
  } catch (error) {
    if (isCompileError(error) && error.diagnostic.code === "onnx/too-large") return undefined;
    throw error;
  }
}
