import type { ReadContext } from "./limits.js";
import { dataTypeName } from "./proto.js";
import { readModel, type ValueRecord } from "./read-model.js";
import { readMessage } from "./wire.js";

/** A graph input or output of a model that somebody made. */
export interface ModelValue {
  readonly name: string;
  /** `f32`, …; ONNX's own name for element types that are not ours; `unknown` for what is no tensor. */
  readonly dtype: string;
  /** Dynamic dimensions by name, "?" where they have none. */
  readonly shape: readonly (number | string)[];
}

/** What a model says about itself. */
export interface ModelInfo {
  readonly irVersion: number;
  /** Of ai.onnx; undefined where the model imports only others. */
  readonly opset: number | undefined;
  /** Version by domain; ai.onnx is "". */
  readonly opsets: ReadonlyMap<string, number>;
  /** Name and version. */
  readonly producer: string;
  /** Without those that are initializers too. */
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly ModelValue[];
  readonly metadata: ReadonlyMap<string, string>;
  readonly nodeCount: number;
  /** How often each op occurs, most frequent first; `domain.Op` where it is not ONNX's own. */
  readonly ops: ReadonlyMap<string, number>;
}

/**
 * Reads the description of any ONNX model, of newer versions and with unknown ops too. No tensor is looked into.
 * @throws onnx/malformed, onnx/limit, onnx/graph
 */
export function readModelInfo(bytes: Uint8Array, file = "the model"): ModelInfo {
  const { context, graph, irVersion, producer, opsets, metadata } = readModel(bytes, file);
  const constants = new Set(graph.initializers.map((tensor) => tensorName(tensor, context)));
  return {
    irVersion,
    opset: opsets.get(""),
    opsets,
    producer,
    inputs: graph.inputs.filter(({ name }) => !constants.has(name)).map(describe),
    outputs: graph.outputs.map(describe),
    metadata,
    nodeCount: graph.nodes.length,
    ops: census(graph.nodes, context),
  };
}

function tensorName(bytes: Uint8Array, context: ReadContext): string {
  let name = "";
  readMessage(bytes, context, {
    8: (field) => {
      name = field.text();
    },
  });
  return name;
}

const describe = ({ name, elementType, shape = [] }: ValueRecord): ModelValue => ({
  name,
  dtype: elementType === undefined ? "unknown" : dataTypeName(elementType),
  shape,
});

function census(nodes: readonly Uint8Array[], context: ReadContext): Map<string, number> {
  const counts = new Map<string, number>();
  for (const node of nodes) {
    const op = opOf(node, context);
    counts.set(op, (counts.get(op) ?? 0) + 1);
  }
  return new Map([...counts].sort(([opA, a], [opB, b]) => b - a || (opA < opB ? -1 : 1)));
}

function opOf(node: Uint8Array, context: ReadContext): string {
  let op = "";
  let domain = "";
  readMessage(node, context, {
    4: (field) => {
      op = field.text();
    },
    7: (field) => {
      domain = field.text();
    },
  });
  return domain === "" || domain === "ai.onnx" ? op : `${domain}.${op}`;
}
