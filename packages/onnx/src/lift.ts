import {
  CompileError,
  isCompileError,
  isFixed,
  type LazyTensor,
  type Size,
  toNumbers,
  type ValueType,
} from "@yolo-compile/core";
import {
  type Attribute,
  type AttributeKind,
  type Attributes,
  createNodeByName,
  type NamePool,
  type Node,
  schemaOf,
  type Value,
} from "@yolo-compile/ir";
import { modelAttribute, modelNode } from "./diagnostics.js";
import { MOST_PARAMETERS } from "./limits.js";
import { moduleParts } from "./module-parts.js";
import { dtypeOf } from "./proto.js";
import type { AttributeRecord, NodeRecord } from "./read-node.js";
import type { SizeVector } from "./read-sizes.js";
import { dimensionsProblem } from "./read-tensor.js";

/**
 * `model.0.conv/Conv_1` of a Conv -> `model.0.conv`, as the writer makes names from origins. `/model.6/m/m.0/cv1/Conv`, as
 * torch's TorchScript exporter has it -> `model.6.m.0.cv1`; its other exporter says the path apart.
 */
function originPath({ name, op, scope }: NodeRecord): string {
  if (scope) return scope;
  const found = /^(?:(.*)\/)?([A-Za-z]+)(?:_\d+)?$/.exec(name);
  const path = found?.[2] === op ? (found[1] ?? "") : name;
  return path.startsWith("/") ? moduleParts(path).join(".") : path;
}

/** A value of the attribute's kind in the IR; undefined where the file has another kind. */
const READERS = {
  int: (found) => (found.kind === "int" ? found.value : undefined),
  float: (found) => (found.kind === "float" ? found.value : undefined),
  string: (found) => (found.kind === "string" ? found.value : undefined),
  ints: (found) => (found.kind === "ints" ? found.value : undefined),
  dtype: (found) => (found.kind === "int" ? dtypeOf(found.value) : undefined),
} as const satisfies Partial<Record<AttributeKind, (found: AttributeRecord) => Attribute | undefined>>;

/** The kinds of attributes that files have; the others are inputs there. */
type FileKind = keyof typeof READERS;

const isFileKind = (kind: AttributeKind): kind is FileKind => Object.hasOwn(READERS, kind);

const LARGEST = Number.MAX_SAFE_INTEGER;

/** The reading of one node of a file into nodes of the IR. Each attribute must be read or ignored. */
export class Lift {
  readonly nodes: Node[] = [];
  readonly where: string;
  readonly #left: Map<string, AttributeRecord>;
  readonly #origin: Node["origin"];

  constructor(
    readonly record: NodeRecord,
    readonly inputs: readonly (Value | undefined)[],
    readonly opset: number,
    readonly symbols: NamePool,
    readonly computed: ReadonlyMap<Value, SizeVector>,
  ) {
    this.where = record.name || record.outputs[0] || record.op;
    this.#left = new Map(record.attributes);
    this.#origin = { path: originPath(record), rules: [] };
  }

  /** The attribute, where the file gives it; it counts as read. @throws onnx/attribute if it is of another kind */
  take<K extends FileKind>(name: string, kind: K): Exclude<ReturnType<(typeof READERS)[K]>, undefined> | undefined;
  take(name: string, kind: FileKind): Attribute | undefined {
    const found = this.#left.get(name);
    if (!found) return undefined;
    this.#left.delete(name);
    const value = READERS[kind](found);
    if (value === undefined) throw this.attributeError(name, `is of kind ${found.kind}, expected ${kind}`);
    return value;
  }

  /** The attributes that the IR's schema has too, as far as the file gives them. @throws onnx/attribute */
  given(): Record<string, Attribute> {
    const given: Record<string, Attribute> = {};
    for (const [name, { kind }] of Object.entries(schemaOf(this.record.op).attributes)) {
      const value: Attribute | undefined = isFileKind(kind) ? this.take(name, kind) : undefined;
      if (value !== undefined) given[name] = value;
    }
    return given;
  }

  /** Reads an attribute that the IR does not have. @throws onnx/attribute unless it says what the IR always means */
  require(name: string, kind: FileKind, accepted: readonly Attribute[]): void {
    const found: Attribute | undefined = this.take(name, kind);
    if (found !== undefined && !accepted.includes(found))
      throw this.attributeError(name, `is ${found}, which cannot be read (only ${accepted.join(" or ")})`);
  }

  ignore(...names: readonly string[]): void {
    for (const name of names) this.#left.delete(name);
  }

  /** @throws onnx/node if it is left out */
  type(index: number): ValueType {
    const input = this.inputs[index];
    if (!input) throw this.error(`input ${index} is missing`);
    return input.type;
  }

  /** The numbers of an input that must be constant; undefined if it is left out. @throws onnx/node */
  parameters(index: number): number[] | undefined {
    const input = this.inputs[index];
    if (!input) return undefined;
    if (!input.constant)
      throw this.error(`input ${index}, %${input.hint}, is computed; only constants can be read there`);
    this.checkParameters(index, input.constant);
    return toNumbers(input.constant.read());
  }

  checkParameters(index: number, { shape }: LazyTensor): void {
    if (shape.length > 1 || (shape[0] ?? 1) > MOST_PARAMETERS)
      throw this.error(
        `input ${index} has the shape [${shape.join(",")}], expected at most ${MOST_PARAMETERS} numbers`,
      );
  }

  /** The sizes in an input, as {@link parameters}; integers as large as int64 has them stand for the largest exact ones. */
  sizes(index: number): readonly Size[] | undefined {
    const input = this.inputs[index];
    const computed = input && this.computed.get(input);
    if (computed) return computed.sizes;
    return this.parameters(index)?.map((value) => Math.max(-LARGEST, Math.min(LARGEST, value)));
  }

  /** @throws onnx/node where they are left out */
  neededSizes(index: number): readonly Size[] {
    const found = this.sizes(index);
    if (!found) throw this.error(`input ${index} is missing`);
    return found;
  }

  /** @throws onnx/node where the size has a symbol */
  integer(size: Size, what: string): number {
    if (!isFixed(size)) throw this.error(`${what} hold ${size}, an integer is needed`);
    return size;
  }

  /** An intermediate node. @throws ir/… */
  step(op: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}): Value {
    return this.#create(op, inputs, attributes, [])[0]!;
  }

  /** The node whose outputs are those of the file's node. @throws onnx/attribute for attributes that nobody read */
  result(op: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}): readonly Value[] {
    for (const name of this.#left.keys()) throw this.attributeError(name, "is not one that can be read");
    return this.#create(op, inputs, attributes, this.record.outputs);
  }

  error(problem: string): CompileError {
    return modelNode(this.record.op, problem, this.where);
  }

  attributeError(name: string, problem: string): CompileError {
    return modelAttribute(this.record.op, name, problem, this.where);
  }

  #create(
    op: string,
    inputs: readonly (Value | undefined)[],
    attributes: Attributes,
    hints: readonly string[],
  ): readonly Value[] {
    const size = inputs.find((input) => input && !input.constant && this.computed.has(input));
    if (size) throw this.error(`it computes with %${size.hint}, a size that depends on symbols`);
    const node = this.#located(() => createNodeByName({ op, inputs, attributes, origin: this.#origin, hints }));
    for (const { type } of node.outputs) {
      const problem = dimensionsProblem(type.shape);
      if (problem) throw this.error(`the result ${problem}`);
    }
    this.nodes.push(node);
    return node.outputs;
  }

  /** The result of `make`, whose errors get this node as their place. */
  #located<T>(make: () => T): T {
    try {
      return make();
    } catch (error) {
      throw isCompileError(error) ? new CompileError({ where: this.where, ...error.diagnostic }) : error;
    }
  }
}
