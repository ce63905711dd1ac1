import {
  addSizes,
  castLazily,
  type Diagnostic,
  type DType,
  elementCount,
  isFixed,
  type LazyTensor,
  leastValue,
  piecesOf,
  productOf,
  type Size,
  type Tensor,
  type TensorType,
} from "@yolo-compile/core";
import { type GivenAttributesOf, GraphBuilder, lazyConstant, type OpName, type Value } from "@yolo-compile/ir";
import { impossibleShape, networkTooLarge, openBest, weightMissing } from "./diagnostics.js";
import { isOfMaps, type MapFacts } from "./endings/ending.js";
import { NETWORK_LIMITS, type NetworkLimits } from "./limits.js";
import { bareCall, type PyCall } from "./python.js";
import type { TraceOptions } from "./trace-options.js";

/** A weight that the network needs, by its state_dict name. */
export interface ExpectedWeight extends TensorType {
  readonly name: string;
  /** Parameters are trained and counted; buffers (running statistics, anchors) are not. */
  readonly kind: "parameter" | "buffer";
  /** The value where the weights have none: anchors from the yaml. */
  readonly fallback?: Tensor;
  /**
   * The magnitude of random values, relative to the usual one: less than 1 behind a residual, so that the values of a deep
   * network do not grow.
   */
  readonly randomScale?: number;
}

/** torch's own default. */
const BATCH_NORM_EPS = 1e-5;

const LIMITED = {
  nodes: "nodes of the network",
  parameters: "parameters of the network",
  elements: "elements of one value",
} as const satisfies Record<keyof NetworkLimits, string>;

/**
 * One walk through a network: its nodes, and PyTorch's counts of modules, parameters and MACs. Everything that the project
 * knows about a network (summary, expected weights, graph, FLOPs) is read off a trace.
 */
export class Trace {
  readonly builder: GraphBuilder;
  readonly expected = new Map<string, ExpectedWeight>();
  /** `len(list(model.modules()))` */
  modules = 0;
  /** Modules that have children. */
  containers = 0;
  /** `nn.Parameter`s, by their elements. */
  parameters = 0;
  /** Those of them that training leaves alone. */
  frozen = 0;
  /** Multiply-accumulates as the profiler counts them; a formula where the image has open sizes. */
  macs: Size = 0;
  /** The modules' notes on their rows, their weights or the image size. */
  readonly notes: Diagnostic[] = [];
  /** Stored names that inference must not use, with the reason. */
  readonly ignored = new Map<string, string>();
  /** Modules that PyTorch shares between parents and counts once. */
  shared = new Set<unknown>();
  readonly activation: PyCall;
  /** Whether the boxes that come out need no suppression. */
  end2end = false;
  /** The boxes of each level, where the last row gives the best of them alone, as the ending asks. */
  levels?: readonly number[];
  /** As {@link EndingFacts.maskStride}; set by the ending. */
  maskStride?: number;
  /** What is needed to decode the maps, where the last row gives them, as the ending asks; reads weights. */
  mapFacts?: () => MapFacts;
  /** The network's input: [n,ch,h,w]. */
  readonly image: Value;

  #nodes = 0;

  /** @throws network/too-large for an image of too many elements */
  constructor(readonly options: TraceOptions) {
    this.limit("elements", leastValue(productOf(options.imageShape)), "the image");
    this.builder = new GraphBuilder(options.name);
    this.image = this.builder.input("images", { dtype: "f32", shape: options.imageShape });
    this.activation = options.activation ?? bareCall("nn.SiLU");
  }

  /** @throws network/too-large */
  limit(what: keyof NetworkLimits, found: number, where: string): void {
    const limit = (this.options.limits ?? NETWORK_LIMITS)[what];
    if (!(found <= limit)) throw networkTooLarge(LIMITED[what], found, limit, where);
  }

  /** Counts a node that a module makes. @throws network/too-large */
  countNode(outputs: readonly Value[], where: string): void {
    this.limit("nodes", ++this.#nodes, where);
    for (const { type } of outputs) this.limit("elements", leastValue(productOf(type.shape)), where);
  }

  /** Whether the last row gave its maps. */
  get gaveMaps(): boolean {
    return this.mapFacts !== undefined;
  }

  root(path: string): Scope {
    this.modules++;
    return new Scope(this, path);
  }
}

/** One PyTorch module during a trace. Making a scope counts a module. */
export class Scope {
  #isContainer = false;

  constructor(
    readonly trace: Trace,
    readonly path: string,
  ) {}

  /** A submodule, registered under `name`; dots make nested containers, which count as well. */
  child(name: string): Scope {
    this.#countAsContainer();
    this.trace.modules++;
    return new Scope(this.trace, `${this.path}.${name}`);
  }

  /** A submodule that PyTorch shares under `key`: counted the first time only. */
  sharedChild(name: string, key: unknown): Scope {
    this.#countAsContainer();
    if (!this.trace.shared.has(key)) this.trace.modules++;
    this.trace.shared.add(key);
    return new Scope(this.trace, `${this.path}.${name}`);
  }

  /** Builds a deep copy of modules: what they share, they share within the copy alone. */
  copied<T>(build: () => T): T {
    const { shared } = this.trace;
    this.trace.shared = new Set();
    const built = build();
    this.trace.shared = shared;
    return built;
  }

  #countAsContainer(): void {
    if (!this.#isContainer) this.trace.containers++;
    this.#isContainer = true;
  }

  /** A trained parameter. */
  parameter(name: string, shape: readonly number[], randomScale?: number): Value {
    this.trace.parameters += elementCount(shape);
    this.trace.limit("parameters", this.trace.parameters, this.path);
    const scale = randomScale !== undefined && { randomScale };
    return this.#weight({ name: `${this.path}.${name}`, dtype: "f32", shape, kind: "parameter", ...scale });
  }

  /** A parameter that training leaves as it is; `value` stands in where the weights have none. */
  frozen(name: string, value: Tensor): Value {
    const { dtype, shape } = value;
    this.trace.parameters += elementCount(shape);
    this.trace.frozen += elementCount(shape);
    return this.#weight({ name: `${this.path}.${name}`, dtype, shape, kind: "parameter", fallback: value });
  }

  /** A buffer; `fallback` is its value where the weights have none. */
  buffer(name: string, shape: readonly number[], fallback?: Tensor, dtype: DType = "f32"): Value {
    return this.#weight({ name: `${this.path}.${name}`, dtype, shape, kind: "buffer", ...(fallback && { fallback }) });
  }

  /** The type of a stored weight, for the few modules that adapt to the checkpoint. */
  stored(name: string): TensorType | undefined {
    return this.trace.options.weights?.get(`${this.path}.${name}`);
  }

  op<Op extends OpName>(op: Op, inputs: readonly (Value | undefined)[], attributes?: GivenAttributesOf<Op>): Value {
    return this.ops(op, inputs, attributes)[0]!;
  }

  ops<Op extends OpName>(
    op: Op,
    inputs: readonly (Value | undefined)[],
    attributes?: GivenAttributesOf<Op>,
  ): readonly Value[] {
    const outputs = this.trace.builder.ops(op, inputs, attributes, { path: this.path, rules: [] });
    this.trace.countNode(outputs, this.path);
    return outputs;
  }

  /**
   * Builds what inference does not use: it is counted as the rest, but its weights may be missing, and those that are stored
   * are left out.
   */
  unused(reason: string, build: () => void): void {
    const before = new Set(this.trace.expected.keys());
    build();
    for (const name of [...this.trace.expected.keys()].filter((each) => !before.has(each))) {
      this.trace.expected.delete(name);
      if (this.trace.options.weights?.get(name)) this.trace.ignored.set(name, reason);
    }
  }

  /** Records that a stored entry, where there is one, is no weight of this module. */
  ignore(name: string, reason: string): void {
    if (this.stored(name)) this.trace.ignored.set(`${this.path}.${name}`, reason);
  }

  /**
   * Whether the ending asks for this module's maps instead of its decoded boxes: before the sigmoid or after it. A module
   * that asks has to give them.
   */
  wantedMaps(facts: () => MapFacts): "raw" | "sigmoid" | undefined {
    const { ending } = this.trace.options;
    if (!ending || !isOfMaps(ending)) return undefined;
    this.trace.mapFacts = facts;
    return ending.head === "raw" ? "raw" : "sigmoid";
  }

  /**
   * The number of each level's boxes that the ending asks for, if it asks; `countBoxes` tells how many a level has. A module
   * that asks has to give that many. @throws network/open-size where a side of the image is open
   */
  wantedBest(levels: readonly Value[], countBoxes: (level: Value) => number): number | undefined {
    const { top } = this.trace.options.ending ?? {};
    if (top === undefined) return undefined;
    const sides = this.trace.image.type.shape.slice(2);
    if (!sides.every(isFixed)) throw openBest(sides, this.path);
    this.trace.levels = levels.map(countBoxes);
    return top;
  }

  /** Adds a note for the user. */
  note(code: string, message: string, details: readonly string[] = []): void {
    const where = this.path;
    this.trace.notes.push({ code, severity: "note", message, where, ...(details.length > 0 && { details }) });
  }

  /** Adds multiply-accumulates, as thop counts them for this kind of module. */
  macs(count: Size): void {
    this.trace.macs = addSizes(this.trace.macs, count);
  }

  /** The `eps` of the weights, else `own`, which classes have whose `eps` the family leaves alone, else the row's, else the family's. */
  batchNormEps(own?: number): number {
    const { weights, batchNormEps = BATCH_NORM_EPS, epsBelow = [] } = this.trace.options;
    const [, below] = [...epsBelow].find(([start]) => this.path.startsWith(start)) ?? [];
    return weights?.batchNormEps(this.path) ?? own ?? below ?? batchNormEps;
  }

  #weight(weight: ExpectedWeight): Value {
    if (!weight.shape.every((size) => Number.isSafeInteger(size) && size >= 1))
      throw impossibleShape(weight.name, weight.shape, this.path);
    this.trace.expected.set(weight.name, weight);
    const { weights } = this.trace.options;
    const { dtype, shape, name, fallback } = weight;
    const found = (): LazyTensor => {
      const stored = weights?.get(name) ?? (fallback && { ...fallback, read: () => fallback });
      if (!stored) throw weightMissing(name, weight);
      return castLazily(stored, dtype);
    };
    return lazyConstant(
      { dtype, shape, read: () => ({ ...found().read(), shape }), pieces: () => piecesOf(found()) },
      name,
    );
  }
}
