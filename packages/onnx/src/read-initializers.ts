import {
  type ByteSource,
  byteSize,
  elementCount,
  formatType,
  type LazyTensor,
  runTensor,
  sourceRun,
} from "@yolo-compile/core";
import { externalData, malformed, modelGraph, sparseTensor, tensorError, unreadDataType } from "./diagnostics.js";
import { MOST_DIMENSIONS, ReadContext } from "./limits.js";
import { dataTypeName, dtypeOf } from "./proto.js";
import { readEntry } from "./read-model.js";
import { type NodeRecord, readNode } from "./read-node.js";
import { dimensionsProblem, readTensor } from "./read-tensor.js";
import { type Place, placedFields } from "./wire-source.js";

/** Second field of a ModelProto, after ir_version: opset_import, producer, domain, model_version, doc_string, graph, … */
const SECOND_TAGS: ReadonlySet<number> = new Set([0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42]);

/** Whether a file begins as an ONNX model does: with its ir_version, a small number. */
export const startsAsModel = (head: Uint8Array): boolean =>
  head[0] === 0x08 && head[1]! > 0 && head[1]! < 0x20 && SECOND_TAGS.has(head[2] ?? 0);

/** The weights of a model that somebody made, and what tells whose they are. */
export interface ModelInitializers {
  /** In file order. Each is read from the source when it is asked for. */
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  /** Small nodes in file order; those of many bytes are constants. */
  readonly nodes: readonly NodeRecord[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** A node that computes has some hundred bytes, names and attributes. */
const MAX_NODE_BYTES = 1 << 14;
/** A name or a text of metadata. */
const MAX_TEXT_BYTES = 1 << 20;

/** Fields of TensorProto by number, and what a header needs of them. */
const TENSOR = { dims: 1, dataType: 2, name: 8, raw: 9, external: 13 } as const;

/**
 * Reads the initializers of any ONNX model, of newer versions and with unknown ops too. Their elements stay in the file.
 * @throws onnx/malformed, onnx/limit, onnx/graph, onnx/sparse, and of a tensor: onnx/dtype, onnx/tensor, onnx/external-data
 */
export function readInitializers(source: ByteSource): ModelInitializers {
  const context = new ReadContext(source.name);
  const metadata = new Map<string, string>();
  const graphs: Place[] = [];
  for (const field of placedFields(source, { startBytes: 0, endBytes: source.size }, context))
    if (field.number === 7) graphs.push(field);
    else if (field.number === 14) readEntry(small(field, context).read().bytes(), context, metadata);
  const [graph] = graphs;
  if (!graph || graphs.length > 1) throw malformed(source.name, `it holds ${graph ? "several graphs" : "no graph"}`);
  return { metadata, ...readGraph(source, graph, context) };
}

function readGraph(source: ByteSource, graph: Place, context: ReadContext): Omit<ModelInitializers, "metadata"> {
  const tensors = new Map<string, LazyTensor>();
  const nodes: NodeRecord[] = [];
  for (const field of placedFields(source, graph, context))
    if (field.number === 1 && field.endBytes - field.startBytes <= MAX_NODE_BYTES)
      nodes.push(readNode(field.read().bytes(), context));
    else if (field.number === 15) throw sparseTensor("an initializer", source.name);
    else if (field.number === 5) {
      const { name, tensor } = readHeader(source, field, context);
      if (tensors.has(name)) throw modelGraph(`the value ${name} is defined twice`, "initializers");
      context.keep();
      tensors.set(name, tensor);
    }
  return { tensors, nodes };
}

/** A TensorProto without its elements; these are checked in whole when they are read. */
function readHeader(source: ByteSource, place: Place, context: ReadContext) {
  let name = "";
  let dataType = 0;
  let raw: Place | undefined;
  const dims: number[] = [];
  for (const field of placedFields(source, place, context))
    if (field.number === TENSOR.raw) raw = field;
    else if (field.number === TENSOR.name) name = small(field, context).read().text();
    else if (field.number === TENSOR.dataType) dataType = field.read().integer();
    else if (field.number === TENSOR.external) throw externalData(name, "initializers");
    else if (field.number === TENSOR.dims)
      for (const size of small(field, context).read().integers()) if (dims.length <= MOST_DIMENSIONS) dims.push(size);
  const dtype = dtypeOf(dataType);
  if (!dtype) throw unreadDataType(`the tensor ${name}`, dataTypeName(dataType), "initializers");
  const type = { dtype, shape: dims };
  const problem = dimensionsProblem(dims);
  if (problem) throw tensorError(name, problem, "initializers");
  const count = elementCount(dims);
  // In lists an element takes at least one byte, in raw data what its type has.
  const length = (raw ?? place).endBytes - (raw ?? place).startBytes;
  if (raw ? length !== count * byteSize(dtype) : count > length)
    throw tensorError(name, `has ${length} bytes, too few or too many for ${formatType(type)}`, "initializers");
  if (raw) return { name, tensor: runTensor(type, sourceRun(source, raw.startBytes, length)) };
  const message = () => source.read(place.startBytes, length);
  const read = () => readTensor(message(), new ReadContext(source.name), "initializers").tensor.read();
  return { name, tensor: { ...type, read } };
}

function small<Field extends Place>(field: Field, { file }: ReadContext): Field {
  const length = field.endBytes - field.startBytes;
  if (length > MAX_TEXT_BYTES) throw malformed(file, `a name or a text of ${length} bytes`);
  return field;
}
