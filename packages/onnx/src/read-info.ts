import { type ByteSource, bytesSource } from "@yolo-compile/core";
import { externalLocations } from "./external-data.js";
import { dataTypeName } from "./proto.js";
import { type ModelRecord, readModel, type ValueRecord } from "./read-model.js";
import { type Place, type PlacedField, walkMessage } from "./wire-source.js";

/** A graph input or output of a model that somebody made. */
export interface ModelValue {
  readonly name: string;
  /** `f32`, …; for other element types ONNX's own name; `unknown` where the value is no tensor. */
  readonly dtype: string;
  /** Dynamic dimensions by name, "?" where they have none. */
  readonly shape: readonly (number | string)[];
}

/** The description of a model: versions, inputs and outputs, metadata, ops. */
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
  /** Number of nodes by op, most frequent first; `domain.Op` where the op is not ONNX's own. */
  readonly ops: ReadonlyMap<string, number>;
  /** The files that tensors lie in, as the model spells them; see `externalLocations`. */
  readonly externalData: readonly string[];
}

/**
 * Reads the description of any ONNX model, of newer versions and with unknown ops too. No tensor is looked into.
 * @throws onnx/malformed, onnx/limit, onnx/graph
 */
export function readModelInfo(model: Uint8Array | ByteSource, file = "the model"): ModelInfo {
  const record = readModel("read" in model ? model : bytesSource(file, model));
  const { graph, irVersion, producer, opsets, metadata } = record;
  const constants = new Set(graph.initializers.map((tensor) => textsOf(record, tensor, [8])[0]));
  return {
    irVersion,
    opset: opsets.get(""),
    opsets,
    producer,
    inputs: graph.inputs.filter(({ name }) => !constants.has(name)).map(describe),
    outputs: graph.outputs.map(describe),
    metadata,
    nodeCount: graph.nodes.length,
    ops: census(record),
    externalData: externalLocations(record.source, record.parts, record.context),
  };
}

/** Text fields of a message, by number; "" for those it lacks. Its other fields, which may be long, are not read. */
function textsOf({ source, context }: ModelRecord, place: Place, numbers: readonly number[]): string[] {
  const texts = numbers.map(() => "");
  const handlers = numbers.map((number, index) => [
    number,
    (field: PlacedField) => {
      texts[index] = field.read().text();
    },
  ]);
  walkMessage(source, place, context, Object.fromEntries(handlers));
  return texts;
}

const describe = ({ name, elementType, shape = [] }: ValueRecord): ModelValue => ({
  name,
  dtype: elementType === undefined ? "unknown" : dataTypeName(elementType),
  shape,
});

function census(record: ModelRecord): Map<string, number> {
  const counts = new Map<string, number>();
  for (const node of record.graph.nodes) {
    const [op, domain] = textsOf(record, node, [4, 7]) as [string, string]; // as many as asked for
    const name = domain === "" || domain === "ai.onnx" ? op : `${domain}.${op}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return new Map([...counts].sort(([opA, a], [opB, b]) => b - a || (opA < opB ? -1 : 1)));
}
