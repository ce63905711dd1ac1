import {
  areFixed,
  bytesSource,
  int64s,
  isAtLeast,
  isFixed,
  parseSize,
  symbolsOf,
  type ValueType,
} from "@yolo-compile/core";
import {
  constantValue,
  type Graph,
  isKnownOp,
  lazyConstant,
  NamePool,
  type Node,
  OPS,
  type Value,
} from "@yolo-compile/ir";
import {
  dynamicDimension,
  modelGraph,
  sparseTensor,
  unknownModelOps,
  unreadDataType,
  unreadOpset,
} from "./diagnostics.js";
import { ConstantFolder } from "./fold-when-read.js";
import { Lift } from "./lift.js";
import { liftNode } from "./lift-ops.js";
import type { ReadContext } from "./limits.js";
import { OPSETS } from "./opset-range.js";
import { OWN_FOLDS } from "./own-folds.js";
import { dataTypeName, dtypeOf } from "./proto.js";
import { constantTensor } from "./read-constant.js";
import { type ModelRecord, readModel, type ValueRecord } from "./read-model.js";
import { type NodeRecord, readNode } from "./read-node.js";
import { computedSizes, constantSizes, type SizeVector, shapeSizes } from "./read-sizes.js";
import { dimensionsProblem, readTensor } from "./read-tensor.js";
import { bytesAt } from "./wire-source.js";

/** Options of reading a model. */
export interface DecodeOptions {
  /** Shapes of inputs by name, for a model that leaves sizes open: what it computes from them is then constant. */
  readonly shapes?: ReadonlyMap<string, readonly number[]>;
}

/**
 * An ONNX model of an opset that can be read, in the IR's form. Dimensions that have a name or a formula, such as `32*h`, are symbols. Constants stay in `bytes` until they are read.
 * @throws onnx/…, and what the IR says about its nodes
 */
export function decodeModel(bytes: Uint8Array, file = "the model", { shapes = new Map() }: DecodeOptions = {}): Graph {
  const model = readModel(bytesSource(file, bytes));
  const opset = model.opsets.get("");
  if (opset === undefined || opset < OPSETS.min || opset > OPSETS.max) throw unreadOpset(file, opset, OPSETS);
  const records = model.graph.nodes.map((node) => readNode(bytesAt(model.source, node), model.context));
  checkOps(records, file);
  return new GraphReader(model, opset, shapes).read(records);
}

/** @throws onnx/op, which lists all that cannot be read */
function checkOps(records: readonly NodeRecord[], file: string): void {
  const unknown = new Map<string, number>();
  for (const { op, domain } of records) {
    if (domain === "" && (op === "Constant" || op === "Shape" || OWN_FOLDS.has(op) || isKnownOp(op))) continue;
    const name = domain === "" ? op : `${domain}.${op}`;
    unknown.set(name, (unknown.get(name) ?? 0) + 1);
  }
  if (unknown.size > 0) throw unknownModelOps(file, unknown, Object.keys(OPS));
}

/** Reads the nodes of one graph in order, and keeps its values by name. */
class GraphReader {
  readonly #values = new Map<string, Value>();
  /** Names of symbols, each given out once. */
  readonly #symbols = new NamePool();
  /** Sizes that the file computes from shapes, by the value that holds them. Only those that are constants are values of the graph. */
  readonly #sizes = new Map<Value, SizeVector>();
  readonly #context: ReadContext;
  readonly #folder: ConstantFolder;

  constructor(
    readonly model: ModelRecord,
    readonly opset: number,
    readonly shapes: ReadonlyMap<string, readonly number[]>,
  ) {
    this.#context = model.context;
    this.#folder = new ConstantFolder(model.context);
  }

  read(records: readonly NodeRecord[]): Graph {
    const { graph, metadata, source } = this.model;
    if (graph.sparseInitializers > 0) throw sparseTensor("an initializer", this.#context.file);
    for (const initializer of graph.initializers) {
      const { name, tensor } = readTensor(bytesAt(source, initializer), this.#context, "initializers");
      this.#define(name, lazyConstant(tensor, name), "initializers");
    }
    // Before IR version 4 initializers are inputs too.
    const inputs = graph.inputs.filter(({ name }) => !this.#values.has(name)).map((record) => this.#input(record));
    const known = new Set(inputs.flatMap(({ type }) => type.shape.flatMap(symbolsOf)));
    for (const symbol of known) this.#symbols.claim(symbol);
    const nodes = records.flatMap((record) => this.#nodes(record));
    const outputs = graph.outputs.map((record) => ({ name: record.name, value: this.#output(record) }));
    return { name: graph.name, inputs, nodes, outputs, metadata };
  }

  #define(name: string, value: Value, where: string): void {
    if (this.#values.has(name)) throw modelGraph(`the value ${name} is defined twice`, where);
    this.#values.set(name, value);
  }

  #use(name: string, where: string): Value {
    const value = this.#values.get(name);
    if (!value) throw modelGraph(`the value ${name} is used before it is defined`, where);
    return value;
  }

  #input(record: ValueRecord): Value {
    const shape = this.shapes.get(record.name);
    const type = declaredType(shape ? pinned(record, shape) : record, "inputs");
    const value: Value = { type, hint: record.name };
    this.#define(record.name, value, "inputs");
    return value;
  }

  #nodes(record: NodeRecord): readonly Node[] {
    const where = record.name || record.op;
    if (record.op === "Constant") {
      const name = record.outputs[0] ?? "";
      this.#define(name, lazyConstant(constantTensor(record, this.#context, where), name), where);
      return [];
    }
    const inputs = record.inputs.map((name) => (name ? this.#use(name, where) : undefined));
    const lift = (): Lift => new Lift(withoutOptional(record), inputs, this.opset, this.#symbols, this.#sizes);
    const define = (values: readonly Value[]): void =>
      values.forEach((value, index) => {
        const name = record.outputs[index];
        if (name) this.#define(name, value, where);
      });
    if (this.#computedSizes(record, inputs, where)) return [];
    const folded = this.#folder.fold({ record, inputs, where, lift });
    if (folded) {
      define(folded);
      return [];
    }
    const lifted = lift();
    define(liftNode(lifted));
    return lifted.nodes;
  }

  /**
   * Evaluates a node that computes sizes from shapes, and keeps the result: a constant where it has no symbols. False for
   * other nodes.
   */
  #computedSizes(record: NodeRecord, inputs: readonly (Value | undefined)[], where: string): boolean {
    const [x] = inputs;
    const isShape = record.op === "Shape";
    if (!isShape && !inputs.some((input) => input && !input.constant && this.#sizes.has(input))) return false;
    const operands = inputs.map((input) => input && (this.#sizes.get(input) ?? constantSizes(input)));
    const found = isShape ? x && shapeSizes(x, record) : computedSizes(record, operands);
    if (!found) return false;
    const name = record.outputs[0] ?? "";
    const shape = found.scalar ? [] : [found.sizes.length];
    const value: Value = areFixed(found.sizes)
      ? constantValue({ ...int64s(found.sizes), shape }, name)
      : { type: { dtype: "i64", shape }, hint: name };
    this.#sizes.set(value, found);
    this.#folder.note(value);
    this.#define(name, value, where);
    return true;
  }

  #output(record: ValueRecord): Value {
    const value = this.#use(record.name, "outputs");
    if (this.#sizes.has(value) && !value.constant)
      throw modelGraph(`the output ${record.name} is a size, which cannot be read`, "outputs");
    const { dtype, shape } = value.type;
    const declared = record.elementType === undefined ? undefined : dtypeOf(record.elementType);
    const differs = record.shape?.some((size, axis) => {
      const computed = shape[axis];
      return typeof size === "number" && computed !== undefined && isFixed(computed) && size !== computed;
    });
    if (declared !== dtype || differs || (record.shape && record.shape.length !== shape.length))
      throw modelGraph(
        `the output ${record.name} is declared ${declared ?? "?"}[${record.shape ?? "?"}], computed is ${dtype}[${shape}]`,
        "outputs",
      );
    return value;
  }
}

/** The input with the sizes of `shape`. @throws onnx/graph where it has others */
function pinned(record: ValueRecord, shape: readonly number[]): ValueRecord {
  const declared = record.shape ?? shape;
  const differs = declared.some((size, axis) => typeof size === "number" && size !== shape[axis]);
  if (differs || declared.length !== shape.length)
    throw modelGraph(`the input ${record.name} is declared [${declared}], [${shape}] was asked for`, "inputs");
  return { ...record, shape };
}

/** The node without the optional outputs that are left out at its end. */
function withoutOptional(record: NodeRecord): NodeRecord {
  const outputs = [...record.outputs];
  while (outputs.length > 0 && outputs.at(-1) === "") outputs.pop();
  return { ...record, outputs };
}

function declaredType({ name, elementType, shape }: ValueRecord, where: string): ValueType {
  const dtype = elementType === undefined ? undefined : dtypeOf(elementType);
  if (!dtype)
    throw unreadDataType(
      `the input ${name}`,
      elementType === undefined ? "no tensor type" : dataTypeName(elementType),
      where,
    );
  const sizes = (shape ?? []).map((size, axis) => {
    const read = typeof size === "string" ? parseSize(size) : size;
    if (read === undefined || (typeof size === "string" && !isAtLeast(read, 0)))
      throw dynamicDimension(`the input ${name}`, axis, String(size), where);
    return read;
  });
  const problem = shape ? dimensionsProblem(sizes) : "has no shape";
  if (problem) throw modelGraph(`the input ${name} ${problem}`, where);
  return { dtype, shape: sizes };
}
