import type { ByteSource } from "@yolo-compile/core";
import { malformed, modelGraph } from "./diagnostics.js";
import type { Part } from "./external-data.js";
import { ReadContext } from "./limits.js";
import { readEntry } from "./read-entry.js";
import { readMessage } from "./wire.js";
import { type Place, walkMessage } from "./wire-source.js";

/** A ModelProto; the parts of its graph stay in the source. */
export interface ModelRecord {
  readonly source: ByteSource;
  readonly context: ReadContext;
  readonly irVersion: number;
  readonly producer: string;
  /** Version by domain; ai.onnx is "". */
  readonly opsets: ReadonlyMap<string, number>;
  readonly metadata: ReadonlyMap<string, string>;
  readonly graph: GraphRecord;
  /** All messages that may hold tensors: the graph, functions and training graphs. */
  readonly parts: readonly Part[];
}

/** A GraphProto: nodes and initializers are places in the source, sparse initializers only counted. */
export interface GraphRecord {
  readonly name: string;
  readonly nodes: readonly Place[];
  readonly initializers: readonly Place[];
  readonly sparseInitializers: number;
  readonly inputs: readonly ValueRecord[];
  readonly outputs: readonly ValueRecord[];
}

/** A graph input or output as the file declares it. */
export interface ValueRecord {
  readonly name: string;
  /** `TensorProto.DataType`; undefined where the value is no tensor. */
  readonly elementType: number | undefined;
  /** Sizes, and names of dynamic dimensions ("?" where they have none); undefined where not even the rank is known. */
  readonly shape: readonly (number | string)[] | undefined;
}

/** @throws onnx/malformed, onnx/limit, onnx/graph */
export function readModel(source: ByteSource): ModelRecord {
  const context = new ReadContext(source.name);
  let irVersion = 0;
  const producer = { name: "", version: "" };
  const opsets = new Map<string, number>();
  const metadata = new Map<string, string>();
  const parts: Part[] = [];
  // Places alone: a field keeps a window of the file in memory.
  const keep =
    (message: Part["message"]) =>
    ({ startBytes, endBytes }: Place) => {
      context.keep();
      parts.push({ message, place: { startBytes, endBytes } });
    };
  walkMessage(source, { startBytes: 0, endBytes: source.size }, context, {
    1: (field) => {
      irVersion = field.read().integer();
    },
    2: (field) => {
      producer.name = field.read().text();
    },
    3: (field) => {
      producer.version = field.read().text();
    },
    7: keep("graph"),
    8: (field) => readOpset(field.read().bytes(), context, opsets),
    14: (field) => {
      const { key, value } = readEntry(field.read().bytes(), context);
      context.keep();
      metadata.set(key, value);
    },
    20: keep("training"),
    25: keep("function"),
  });
  const graphs = parts.filter(({ message }) => message === "graph");
  if (graphs.length !== 1)
    throw malformed(source.name, `it holds ${graphs.length === 0 ? "no graph" : "several graphs"}`);
  const graph = readGraph(source, graphs[0]!.place, context);
  const producerText = `${producer.name} ${producer.version}`.trim();
  return { source, context, irVersion, producer: producerText, opsets, metadata, graph, parts };
}

function readOpset(bytes: Uint8Array, context: ReadContext, opsets: Map<string, number>): void {
  let domain = "";
  let version = 0;
  readMessage(bytes, context, {
    1: (field) => {
      domain = field.text();
    },
    2: (field) => {
      version = field.integer();
    },
  });
  context.keep();
  opsets.set(domain === "ai.onnx" ? "" : domain, version);
}

function readGraph(source: ByteSource, place: Place, context: ReadContext): GraphRecord {
  let name = "";
  let sparseInitializers = 0;
  const nodes: Place[] = [];
  const initializers: Place[] = [];
  const inputs: ValueRecord[] = [];
  const outputs: ValueRecord[] = [];
  // Places alone: a field keeps a window of the file in memory.
  const keep = (list: Place[]) => (field: Place) => {
    context.keep();
    list.push({ startBytes: field.startBytes, endBytes: field.endBytes });
  };
  walkMessage(source, place, context, {
    1: keep(nodes),
    2: (field) => {
      name = field.read().text();
    },
    5: keep(initializers),
    11: (field) => inputs.push(readValue(field.read().bytes(), context)),
    12: (field) => outputs.push(readValue(field.read().bytes(), context)),
    15: () => {
      sparseInitializers++;
    },
  });
  if (outputs.length === 0) throw modelGraph("the graph has no outputs", context.file);
  return { name, nodes, initializers, sparseInitializers, inputs, outputs };
}

function readValue(bytes: Uint8Array, context: ReadContext): ValueRecord {
  let name = "";
  let type: Uint8Array | undefined;
  readMessage(bytes, context, {
    1: (field) => {
      name = field.text();
    },
    2: (field) => {
      type = field.bytes();
    },
  });
  context.keep();
  return { name, ...readType(type, context) };
}

function readType(type: Uint8Array | undefined, context: ReadContext): Omit<ValueRecord, "name"> {
  let elementType: number | undefined;
  let shape: (number | string)[] | undefined;
  const readTensorType = (bytes: Uint8Array): void =>
    readMessage(bytes, context, {
      1: (field) => {
        elementType = field.integer();
      },
      2: (field) => {
        shape = readShape(field.bytes(), context);
      },
    });
  if (type) readMessage(type, context, { 1: (field) => readTensorType(field.bytes()) });
  return { elementType, shape };
}

function readShape(bytes: Uint8Array, context: ReadContext): (number | string)[] {
  const shape: (number | string)[] = [];
  const readDimension = (dimension: Uint8Array): void => {
    let size: number | string = "?";
    readMessage(dimension, context, {
      1: (field) => {
        size = field.integer();
      },
      2: (field) => {
        size = field.text() || "?";
      },
    });
    context.keep();
    shape.push(size);
  };
  readMessage(bytes, context, { 1: (field) => readDimension(field.bytes()) });
  return shape;
}
