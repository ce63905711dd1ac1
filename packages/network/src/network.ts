import { CompileError, type Diagnostic, isCompileError, type OutputLayout, type Size } from "@yolo-compile/core";
import { fixedSize, type Graph, type Value } from "@yolo-compile/ir";
import { Arguments } from "./arguments.js";
import type { ModelConfig } from "./config.js";
import type { ModuleLibrary, UnnamedLayout } from "./definition.js";
import { brokenStride, imageSize, LARGER_STEPS, noEnd2end } from "./diagnostics.js";
import { endNetwork } from "./endings/end-network.js";
import { DECODED, ENDING_KEY, type Ending, type EndingFacts, isDecoded } from "./endings/ending.js";
import { NETWORK_LIMITS, type NetworkLimits } from "./limits.js";
import { emptySlots, type PlannedLayer, planLayers } from "./plan.js";
import { Scope, Trace } from "./trace.js";
import type { TraceOptions, WeightSource } from "./trace-options.js";

/** A planned network: everything but weights and an image size. */
export interface Network {
  readonly config: ModelConfig;
  /** The modules that its rows may name. */
  readonly modules: ModuleLibrary;
  readonly layers: readonly PlannedLayer[];
  /** The stride, in pixels, of each level that the last row takes. */
  readonly strides: readonly number[];
  /** The size at which walks through it stop. */
  readonly limits: NetworkLimits;
  /** As {@link TraceOptions.end2end}. */
  readonly end2end?: boolean;
  /** As {@link TraceOptions.ending}. */
  readonly ending?: Ending;
}

/** A row, and the values that a walk gave it. */
export interface TracedLayer extends PlannedLayer {
  readonly parameters: number;
  /** The values that later rows take; those of the last row are the network's outputs. */
  readonly outputs: readonly Value[];
}

/** The result of one walk through a network. */
export interface TracedNetwork {
  readonly trace: Trace;
  readonly layers: readonly TracedLayer[];
  readonly outputs: readonly Value[];
  /** Inputs of the last row. */
  readonly headInputs: readonly Value[];
  /** Of the last row's module. */
  readonly path: string;
}

/** Plans a network. @throws what {@link planLayers} and the modules throw */
export function planNetwork(config: ModelConfig, modules: ModuleLibrary, limits = NETWORK_LIMITS): Network {
  const planned = { config, limits, layers: planLayers(config, modules) };
  return { ...planned, modules, strides: probeStrides(planned) };
}

/** The parts of a network that a walk needs. */
type Walkable = Pick<Network, "config" | "layers" | "limits" | "end2end" | "ending">;

function probeStrides(planned: Walkable): number[] {
  let problem: unknown;
  for (const size of planned.config.probeSizes) {
    try {
      const { headInputs } = traceNetwork(planned, { size: [size, size] });
      return headInputs.map((x) => size / fixedSize(x, 2));
    } catch (error) {
      problem ??= error;
    }
  }
  throw problem;
}

/**
 * The network with the alternative arguments under which its levels have the strides that a checkpoint records; the network
 * itself where it has them already, or nothing gives them.
 */
export function fitStrides(network: Network, recorded: readonly number[]): Network {
  const { layers } = network;
  if (sameNumbers(network.strides, recorded)) return network;
  for (const [index, layer] of layers.entries())
    for (const args of layer.plan.alternatives ?? []) {
      const changed: PlannedLayer = { ...layer, plan: { ...layer.plan, args } };
      const candidate = { ...network, layers: layers.map((each, at) => (at === index ? changed : each)) };
      if (sameNumbers(probedOrNone(candidate), recorded)) return { ...candidate, strides: recorded };
    }
  return network;
}

const sameNumbers = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((item, index) => item === b[index]);

function probedOrNone(planned: Walkable): readonly number[] {
  try {
    return probeStrides(planned);
  } catch (error) {
    if (isCompileError(error)) return [];
    throw error;
  }
}

/** The modules' notes on a network at an image size: windows that waste work, arguments without effect. */
export const networkNotes = (network: Network, size: TraceRequest["size"]): readonly Diagnostic[] =>
  traceNetwork(network, { size }).trace.notes;

const epsBelowRows = ({ root, rowEps = new Map() }: ModelConfig): ReadonlyMap<string, number> =>
  new Map([...rowEps].map(([row, eps]) => [`${root}.${row}.`, eps]));

/** The inputs of a walk: an image size, a batch (1 where left out) and weights (none where left out). */
export interface TraceRequest {
  /** Image height and width. */
  readonly size: readonly [Size, Size];
  readonly batch?: Size;
  readonly weights?: WeightSource;
}

/** Walks the whole network once. @throws what the modules throw, with the yaml row as its place */
export function traceNetwork(
  { config, layers, limits, end2end, ending }: Walkable,
  { size, batch = 1, weights }: TraceRequest,
): TracedNetwork {
  const options: TraceOptions = {
    name: config.name,
    imageShape: [batch, config.ch, ...size],
    ...(weights && { weights }),
    ...(end2end !== undefined && { end2end }),
    ...(ending && { ending }),
    ...(config.profiler && { profiler: config.profiler }),
    activation: config.activation,
    batchNormEps: config.batchNormEps,
    ...(config.rowEps && { epsBelow: epsBelowRows(config) }),
    limits,
  };
  const trace = new Trace(options);
  // The model itself and the Sequential of its rows.
  trace.modules = 2;
  trace.containers = 2;
  const slots: (Value | undefined)[] = [];
  const traced: TracedLayer[] = [];
  let outputs: readonly Value[] = [];
  let inputs: readonly Value[] = [];
  let path = "";
  for (const layer of layers) {
    inputs = layer.sources.map((slot) => (slot === -1 ? trace.image : slots[slot]!));
    const before = trace.parameters;
    path = `${config.root}.${layer.row}`;
    outputs = traceLayer(trace, path, layer, inputs);
    traced.push({ ...layer, parameters: trace.parameters - before, outputs });
    if (layer.definition.inPlace?.(argumentsOf(layer)))
      slots.forEach((value, slot) => {
        if (value === inputs[0]) slots[slot] = outputs[0];
      });
    if (typeof layer.plan.channels === "number") slots.push(outputs[0]);
    else slots.push(...Array<undefined>(emptySlots(outputs.length)).fill(undefined), ...outputs);
  }
  if (end2end && !trace.end2end) throw noEnd2end(config.name);
  const levels = layers.at(-1)?.definition.levels?.(inputs.length);
  return { trace, layers: traced, outputs, headInputs: inputs.slice(0, levels), path };
}

const argumentsOf = ({ module, definition, plan, where }: PlannedLayer): Arguments =>
  new Arguments(module, definition.signature, plan.args, where);

function traceLayer(trace: Trace, path: string, layer: PlannedLayer, inputs: readonly Value[]): readonly Value[] {
  const { definition, plan } = layer;
  const args = argumentsOf(layer);
  const build = (scope: Scope, values: readonly Value[]): readonly Value[] =>
    asList(
      definition.inputs === "many" ? definition.build(scope, values, args) : definition.build(scope, values[0]!, args),
    );
  try {
    const root = trace.root(path);
    if (plan.copies === 1) return build(root, inputs);
    let values = inputs;
    for (let copy = 0; copy < plan.copies; copy++) values = build(root.child(String(copy)), values);
    return values;
  } catch (error) {
    throw isCompileError(error) && !error.diagnostic.where?.includes("[") ? located(error, layer) : error;
  }
}

const located = (error: CompileError, { where, module }: PlannedLayer): CompileError =>
  new CompileError({
    ...error.diagnostic,
    ...(error.diagnostic.code === "ir/open-size" && { hint: LARGER_STEPS }),
    where: `${where} ${module}`,
  });

const asList = (built: Value | readonly Value[]): readonly Value[] => ("type" in built ? [built] : built);

/**
 * @throws network/imgsz unless both sides are multiples of the largest stride; the message names the next that is
 * @throws network/stride where the stride of a level is no integer
 */
export function checkImageSize({ strides }: Network, size: readonly [number, number]): void {
  const broken = strides.find((stride) => !Number.isInteger(stride));
  if (broken !== undefined) throw brokenStride(strides);
  const stride = Math.max(1, ...strides);
  if (size.some((side) => side < stride || side % stride !== 0)) throw imageSize(size, stride);
}

/** A network as a graph, with the values of the yaml's rows in it. */
export interface BuiltNetwork {
  readonly graph: Graph;
  readonly layers: readonly TracedLayer[];
  /** The layout of each output of the graph. */
  readonly outputs: readonly OutputLayout[];
  /** Names of the weights that are buffers, not parameters. */
  readonly buffers: ReadonlySet<string>;
}

/** The layouts that the last row gives its outputs; for one without, `values` and the number of channels. */
function layoutsOf({ layers, outputs }: TracedNetwork, scope: Scope): UnnamedLayout[] {
  const last = layers.at(-1)!;
  const said = last.definition.outputs?.(argumentsOf(last), scope) ?? [];
  return outputs.map(
    (value, index) =>
      said[index] ?? {
        axis: 1,
        parts: [{ name: "values", kind: "other", count: value.type.shape.length > 1 ? fixedSize(value, 1) : 1 }],
      },
  );
}

/** What the model's metadata say about outputs that are not the family's own. */
function endingEntry(
  { options, mapFacts, levels, maskStride }: Trace,
  outputs: readonly OutputLayout[],
): [string, string][] {
  const { ending = DECODED } = options;
  if (isDecoded(ending)) return [];
  const { outputNames: _, ...form } = ending;
  const facts: EndingFacts = {
    ...form,
    outputs,
    ...(levels && { levels }),
    ...(maskStride !== undefined && { maskStride }),
    ...(mapFacts && { maps: mapFacts() }),
  };
  return [[ENDING_KEY, JSON.stringify(facts)]];
}

/** The graph without nodes that neither an output nor a row's value needs, such as those of the head that does not answer. */
function withoutUnused(graph: Graph, layers: readonly TracedLayer[]): Graph {
  const needed = new Set<Value | undefined>([
    ...graph.outputs.map(({ value }) => value),
    ...layers.flatMap(({ outputs }) => outputs),
  ]);
  const used = [...graph.nodes].reverse().filter(({ inputs, outputs }) => {
    const isUsed = outputs.some((value) => needed.has(value));
    if (isUsed) for (const input of inputs) needed.add(input);
    return isUsed;
  });
  return used.length === graph.nodes.length ? graph : { ...graph, nodes: used.reverse() };
}

/**
 * The plain graph of a walk, which cannot be used again: BatchNorm unfused, attention spelled out. Input `images`
 * [batch,ch,h,w] in 0…1; outputs `output0`, `output1`, …, unless the ending names others.
 * @throws network/head
 */
export function graphOf(
  traced: TracedNetwork,
  metadata?: (outputs: readonly OutputLayout[]) => ReadonlyMap<string, string>,
): BuiltNetwork {
  const { trace, layers, outputs, path } = traced;
  const scope = new Scope(trace, path);
  const ended = endNetwork(scope, outputs, layoutsOf(traced, scope));
  for (const { name, value } of ended) trace.builder.output(name, value);
  const layouts = ended.map(({ name, layout }) => ({ output: name, ...layout }));
  const buffers = [...trace.expected.values()].filter(({ kind }) => kind === "buffer").map(({ name }) => name);
  const entries = metadata && new Map([...metadata(layouts), ...endingEntry(trace, layouts)]);
  return {
    graph: withoutUnused(trace.builder.build(entries), layers),
    layers,
    outputs: layouts,
    buffers: new Set(buffers),
  };
}
