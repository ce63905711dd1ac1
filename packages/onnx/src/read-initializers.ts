import {
  type ByteSource,
  byteLength,
  elementCount,
  formatType,
  type LazyTensor,
  runTensor,
  sourceRun,
  type TensorType,
} from "@yolo-compile/core";
import { externalData, malformed, modelGraph, sparseTensor, tensorError, unreadDataType } from "./diagnostics.js";
import { MOST_DIMENSIONS, ReadContext } from "./limits.js";
import { dataTypeName, dtypeOf } from "./proto.js";
import { readEntry } from "./read-entry.js";
import { readModel } from "./read-model.js";
import { type NodeRecord, readNode } from "./read-node.js";
import { dimensionsProblem, readTensor } from "./read-tensor.js";
import type { Field } from "./wire.js";
import { bytesAt, type Place, type PlacedField, walkMessage } from "./wire-source.js";

/** Second field of a ModelProto, after ir_version: opset_import, producer, domain, model_version, doc_string, graph, … */
const SECOND_TAGS: ReadonlySet<number> = new Set([0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42]);

/** Whether a file begins as an ONNX model does: with its ir_version, a small number. */
export const startsAsModel = (head: Uint8Array): boolean =>
  head[0] === 0x08 && head[1]! > 0 && head[1]! < 0x20 && SECOND_TAGS.has(head[2] ?? 0);

/** The weights of a model that somebody made, and the nodes and metadata that tell where they belong. */
export interface ModelInitializers {
  /** In file order. Each is read from the source when it is asked for. */
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  /** Small nodes in file order; those of many bytes are constants. */
  readonly nodes: readonly NodeRecord[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** The most bytes of a node that computes, which has some hundred: names and attributes. */
const MAX_NODE_BYTES = 1 << 14;
/** The most bytes of a name, or of the sizes of a shape. */
const MAX_TEXT_BYTES = 1 << 20;

/** The file beside a model by its name, which may have no folder; asked for once for each tensor there. */
export type OpenSibling = (name: string) => ByteSource;

/**
 * Reads the initializers of any ONNX model, of newer versions and with unknown ops too. Their elements stay in the file, or in
 * those beside it that `sibling` opens.
 * @throws onnx/malformed, onnx/limit, onnx/graph, onnx/sparse, and of a tensor: onnx/dtype, onnx/tensor, onnx/external-data
 */
export function readInitializers(source: ByteSource, sibling?: OpenSibling): ModelInitializers {
  const { graph, metadata, context } = readModel(source);
  if (graph.sparseInitializers > 0) throw sparseTensor("an initializer", source.name);
  const tensors = new Map<string, LazyTensor>();
  for (const place of graph.initializers) {
    const { name, tensor } = readHeader(source, place, context, sibling);
    if (tensors.has(name)) throw modelGraph(`the value ${name} is defined twice`, "initializers");
    tensors.set(name, tensor);
  }
  const nodes = graph.nodes
    .filter(({ startBytes, endBytes }) => endBytes - startBytes <= MAX_NODE_BYTES)
    .map((node) => readNode(bytesAt(source, node), context));
  return { tensors, nodes, metadata };
}

/** A TensorProto without its elements, which are checked when they are read. */
function readHeader(source: ByteSource, place: Place, context: ReadContext, sibling: OpenSibling | undefined) {
  let name = "";
  let dataType = 0;
  let raw: Place | undefined;
  const dims: number[] = [];
  const entries = new Map<string, string>();
  walkMessage(source, place, context, {
    1: (field) => {
      for (const size of short(field, context).integers()) if (dims.length <= MOST_DIMENSIONS) dims.push(size);
    },
    2: (field) => {
      dataType = field.read().integer();
    },
    8: (field) => {
      name = short(field, context).text();
    },
    9: (field) => {
      raw = field;
    },
    13: (field) => {
      const { key, value } = readEntry(bytesAt(source, field), context);
      context.keep();
      entries.set(key, value);
    },
  });
  if (entries.size === 0) return { name, tensor: headerTensor(source, place, { name, dataType, dims, raw }) };
  const location = entries.get("location");
  if (!sibling || location === undefined) throw externalData(name, "initializers");
  return { name, tensor: outsideTensor(sibling(location), { name, dataType, dims, raw }, entries) };
}

interface TensorHeader {
  readonly name: string;
  readonly dataType: number;
  readonly dims: readonly number[];
  /** The place of raw_data; undefined where the elements are in lists. */
  readonly raw: Place | undefined;
}

/** @throws onnx/dtype, onnx/tensor */
function headerType({ name, dataType, dims }: TensorHeader): TensorType {
  const dtype = dtypeOf(dataType);
  if (!dtype) throw unreadDataType(`the tensor ${name}`, dataTypeName(dataType), "initializers");
  const problem = dimensionsProblem(dims);
  if (problem) throw tensorError(name, problem, "initializers");
  return { dtype, shape: dims };
}

/** A tensor whose elements are a run of another file; to its end where no length is given. */
function outsideTensor(file: ByteSource, header: TensorHeader, entries: ReadonlyMap<string, string>): LazyTensor {
  const { name } = header;
  const type = headerType(header);
  const [offset, length] = ["offset", "length"].map((key) => Number(/^\d{1,15}$/.exec(entries.get(key) ?? "0")?.[0]));
  const needed = byteLength(type);
  const given = entries.has("length") ? length : needed;
  if (given !== needed || !(offset! + needed <= file.size))
    throw tensorError(
      name,
      `lies at ${entries.get("offset") ?? 0} with ${entries.get("length") ?? "all"} bytes of ${file.name}, which has ${file.size}; ${formatType(type)} needs ${needed}`,
      "initializers",
    );
  return runTensor(type, sourceRun(file, offset!, needed));
}

function headerTensor(source: ByteSource, place: Place, header: TensorHeader): LazyTensor {
  const { name, raw } = header;
  const type = headerType(header);
  const count = elementCount(type.shape);
  // In lists an element takes at least one byte, in raw data what its type has.
  const length = (raw ?? place).endBytes - (raw ?? place).startBytes;
  if (raw ? length !== byteLength(type) : count > length)
    throw tensorError(name, `has ${length} bytes, too few or too many for ${formatType(type)}`, "initializers");
  if (raw) return runTensor(type, sourceRun(source, raw.startBytes, length));
  const read = () => readTensor(bytesAt(source, place), new ReadContext(source.name), "initializers").tensor.read();
  return { ...type, read };
}

function short(field: PlacedField, { file }: ReadContext): Field {
  const length = field.endBytes - field.startBytes;
  if (length > MAX_TEXT_BYTES) throw malformed(file, `a name or a shape of ${length} bytes`);
  return field.read();
}
