import {
  byteLength,
  formatType,
  isFixed,
  type Size,
  sameType,
  type TensorData,
  tensorBytes,
  type ValueType,
} from "@yolo-compile/core";
import {
  createNode,
  type Graph,
  type GraphOutput,
  type Node,
  nameNodes,
  nameValues,
  type Value,
} from "@yolo-compile/ir";
import { type Constant, DataFile, type Part, type Place } from "./constant-places.js";
import { constantRead, nameClash, tooLarge } from "./diagnostics.js";
import { lowerGraph } from "./lower.js";
import { withOperands } from "./operands.js";
import { irVersionOf } from "./opsets.js";
import { PRODUCER } from "./producer.js";
import { DATA_TYPES, fieldPrefix, LARGEST_MODEL_BYTES, type messages, newWriter, onnx } from "./proto.js";
import { readableNames } from "./readable-names.js";
import { type SpelledNode, spellNode, writeNode } from "./write-node.js";

/** The form of a file. */
export interface EncodeOptions {
  /** Of ai.onnx, within `OPSETS`. */
  readonly opset: number;
  /** The name of a file beside the model for constants of a kilobyte and more; left out, they lie in the model. */
  readonly dataFile?: string;
}

/** A file of known length, made chunk by chunk. */
export interface EncodedBytes {
  readonly byteLength: number;
  /** The file's bytes in order. Each constant is read once, when its chunks are asked for; each has its own memory. */
  chunks(): Iterable<Uint8Array>;
}

/** An ONNX file. */
export interface EncodedModel extends EncodedBytes {
  /** The file beside it, where one is asked for. */
  readonly data?: EncodedBytes;
}

// Field numbers of onnx.proto.
const MODEL_GRAPH = 7;
const GRAPH_INITIALIZER = 5;
const TENSOR_RAW_DATA = 9;

const { EXTERNAL } = onnx.TensorProto.DataLocation;

/**
 * A verified graph as an ONNX model. The same graph gives the same bytes.
 * @throws onnx/opset, onnx/input-type, onnx/name, onnx/too-large; `chunks` throws onnx/constant
 */
export function encodeModel(graph: Graph, { opset, dataFile }: EncodeOptions): EncodedModel {
  const irVersion = irVersionOf(opset);
  const data = dataFile === undefined ? undefined : new DataFile(dataFile);
  const body = graphParts(graph, opset, data);
  const head = onnx.ModelProto.encode(modelFields(graph, opset, irVersion), newWriter()).finish();
  const parts = [head, fieldPrefix(MODEL_GRAPH, lengthOf(body)), ...body];
  const total = lengthOf(parts);
  if (total > LARGEST_MODEL_BYTES) throw tooLarge(total, LARGEST_MODEL_BYTES);
  return { ...encodedBytes(parts), ...(data && { data: encodedBytes(data.parts) }) };
}

const encodedBytes = (parts: readonly Part[]): EncodedBytes => ({
  byteLength: lengthOf(parts),
  chunks: () => chunksOf(parts),
});

/** The whole file in memory, for models that are small or needed at once. @throws as {@link encodeModel} */
export function encodeBytes(graph: Graph, options: EncodeOptions): Uint8Array {
  const model = encodeModel(graph, options);
  const bytes = new Uint8Array(model.byteLength);
  let offset = 0;
  for (const chunk of model.chunks()) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

const modelFields = ({ metadata }: Graph, opset: number, irVersion: number): messages.IModelProto => ({
  irVersion,
  producerName: PRODUCER.name,
  producerVersion: PRODUCER.version,
  opsetImport: [{ domain: "", version: opset }],
  metadataProps: [...metadata].map(([key, value]) => ({ key, value })),
});

const lengthOf = (parts: readonly Part[]): number =>
  parts.reduce((sum, part) => sum + ("tensor" in part ? byteLength(part.tensor) : part.length), 0);

function* chunksOf(parts: readonly Part[]): Iterable<Uint8Array> {
  for (const part of parts)
    if (!("tensor" in part)) yield part;
    else if (part.tensor.pieces) yield* constantPieces(part, part.tensor.pieces());
    else yield readConstant(part);
}

/** A piece's memory may be used again for the next one: a chunk is a copy. */
function* constantPieces({ hint, tensor }: Constant, pieces: Iterable<TensorData>): Iterable<Uint8Array> {
  const wanted = byteLength(tensor);
  let length = 0;
  for (const data of pieces) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    length += bytes.length;
    if (length > wanted) break;
    yield bytes.slice();
  }
  if (length !== wanted) throw constantRead(hint, formatType(tensor), "its pieces", length);
}

function readConstant({ hint, tensor }: Constant): Uint8Array {
  const found = tensor.read();
  const bytes = tensorBytes(found);
  if (!sameType(found, tensor) || bytes.length !== byteLength(tensor))
    throw constantRead(hint, formatType(tensor), formatType(found), bytes.length);
  return bytes;
}

function graphParts(source: Graph, opset: number, data: DataFile | undefined): Part[] {
  const graph = separateOutputs(lowerGraph(source, opset), opset);
  const nodes = withOperands(graph, opset);
  const nodeNames = nameNodes({ nodes });
  const names = nameValues({ ...graph, nodes }, readableNames(nodes, nodeNames));
  checkOutputNames(graph, names);
  const spelled = nodes.map((node) => spellNode(node, opset));
  const returned = new Set(graph.outputs.map(({ value }) => value));
  const between = nodes.flatMap(({ outputs }) => outputs).filter((value) => !returned.has(value));
  const info = (value: Value): messages.IValueInfoProto => valueInfo(names.get(value)!, value.type);
  const fields = onnx.GraphProto.encode(
    {
      name: graph.name || "graph",
      node: spelled.map((node) => writeNode(node, nodeNames.get(node.node)!, names)),
      input: graph.inputs.map(info),
      output: graph.outputs.map(({ value }) => info(value)),
      valueInfo: between.map(info),
    },
    newWriter(),
  ).finish();
  return [fields, ...constantsIn(spelled).flatMap((value) => initializerParts(names.get(value)!, value, data))];
}

const valueInfo = (name: string, { dtype, shape }: ValueType): messages.IValueInfoProto => ({
  name,
  type: { tensorType: { elemType: DATA_TYPES[dtype], shape: { dim: shape.map(dimension) } } },
});

const dimension = (size: Size): messages.TensorShapeProto.IDimension =>
  isFixed(size) ? { dimValue: size } : { dimParam: String(size) };

/** A TensorProto whose last field is the tensor's own memory, or says where it lies. */
function initializerParts(name: string, { constant, hint }: Value, data: DataFile | undefined): Part[] {
  const { dtype, shape } = constant!;
  const part = { hint, tensor: constant! };
  const fields: messages.ITensorProto = { name, dims: [...shape], dataType: DATA_TYPES[dtype] };
  const place = data?.take(part);
  if (place) {
    const whole = tensorBytesOf({ ...fields, externalData: entries(place), dataLocation: EXTERNAL });
    return [fieldPrefix(GRAPH_INITIALIZER, whole.length), whole];
  }
  const head = tensorBytesOf(fields);
  const raw = fieldPrefix(TENSOR_RAW_DATA, byteLength(constant!));
  const length = head.length + raw.length + byteLength(constant!);
  return [fieldPrefix(GRAPH_INITIALIZER, length), head, raw, part];
}

const tensorBytesOf = (fields: messages.ITensorProto): Uint8Array =>
  onnx.TensorProto.encode(fields, newWriter()).finish();

const entries = ({ location, offsetBytes, lengthBytes }: Place): messages.IStringStringEntryProto[] =>
  Object.entries({ location, offset: String(offsetBytes), length: String(lengthBytes) }).map(([key, value]) => ({
    key,
    value,
  }));

function constantsIn(nodes: readonly SpelledNode[]): Value[] {
  const found = new Set<Value>();
  for (const { inputs } of nodes) for (const input of inputs) if (input?.constant) found.add(input);
  return [...found];
}

/** In ONNX an output has a node of its own: one that is an input, a constant or another output gets an Identity. */
function separateOutputs(graph: Graph, opset: number): Graph {
  const taken = new Set<Value>(graph.inputs);
  const copies: Node[] = [];
  const outputs = graph.outputs.map((output): GraphOutput => {
    const { name, value } = output;
    if (!value.constant && !taken.has(value)) {
      taken.add(value);
      return output;
    }
    const copy = createNode({ op: "Identity", inputs: [value], origin: { path: name, rules: [] } });
    copies.push(copy);
    return { name, value: copy.outputs[0]! };
  });
  return { ...graph, nodes: [...graph.nodes, ...lowerGraph({ ...graph, nodes: copies }, opset).nodes], outputs };
}

function checkOutputNames(graph: Graph, names: ReadonlyMap<Value, string>): void {
  const inputs = new Set(graph.inputs.map((value) => names.get(value)));
  for (const { name } of graph.outputs) if (inputs.has(name)) throw nameClash(name);
}
