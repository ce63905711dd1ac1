import { malformed, modelGraph } from "./diagnostics.js";
import { ReadContext } from "./limits.js";
import { readMessage } from "./wire.js";

/** A ModelProto, its graph's parts still in bytes. */
export interface ModelRecord {
  readonly context: ReadContext;
  readonly irVersion: number;
  readonly producer: string;
  /** Version by domain; ai.onnx is "". */
  readonly opsets: ReadonlyMap<string, number>;
  readonly metadata: ReadonlyMap<string, string>;
  readonly graph: GraphRecord;
}

export interface GraphRecord {
  readonly name: string;
  readonly nodes: readonly Uint8Array[];
  readonly initializers: readonly Uint8Array[];
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
export function readModel(bytes: Uint8Array, file: string): ModelRecord {
  const context = new ReadContext(file);
  let irVersion = 0;
  const producer = { name: "", version: "" };
  const opsets = new Map<string, number>();
  const metadata = new Map<string, string>();
  const graphs: Uint8Array[] = [];
  readMessage(bytes, context, {
    1: (field) => {
      irVersion = field.integer();
    },
    2: (field) => {
      producer.name = field.text();
    },
    3: (field) => {
      producer.version = field.text();
    },
    7: (field) => graphs.push(field.bytes()),
    8: (field) => readOpset(field.bytes(), context, opsets),
    14: (field) => readEntry(field.bytes(), context, metadata),
  });
  if (graphs.length !== 1) throw malformed(file, `it holds ${graphs.length === 0 ? "no graph" : "several graphs"}`);
  const graph = readGraph(graphs[0]!, context);
  return { context, irVersion, producer: `${producer.name} ${producer.version}`.trim(), opsets, metadata, graph };
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

/** An entry of `metadata_props`. @throws onnx/malformed, onnx/limit */
export function readEntry(bytes: Uint8Array, context: ReadContext, entries: Map<string, string>): void {
  let key = "";
  let value = "";
  readMessage(bytes, context, {
    1: (field) => {
      key = field.text();
    },
    2: (field) => {
      value = field.text();
    },
  });
  context.keep();
  entries.set(key, value);
}

function readGraph(bytes: Uint8Array, context: ReadContext): GraphRecord {
  let name = "";
  let sparseInitializers = 0;
  const nodes: Uint8Array[] = [];
  const initializers: Uint8Array[] = [];
  const inputs: ValueRecord[] = [];
  const outputs: ValueRecord[] = [];
  const keep = (list: Uint8Array[], message: Uint8Array): void => {
    context.keep();
    list.push(message);
  };
  readMessage(bytes, context, {
    1: (field) => keep(nodes, field.bytes()),
    2: (field) => {
      name = field.text();
    },
    5: (field) => keep(initializers, field.bytes()),
    11: (field) => inputs.push(readValue(field.bytes(), context)),
    12: (field) => outputs.push(readValue(field.bytes(), context)),
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
