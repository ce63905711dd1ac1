import type { Diagnostic, OutputLayout } from "@yolo-compile/core";
import type { Graph } from "@yolo-compile/ir";
import {
  type CompiledFacts,
  DECODED,
  type Ending,
  fitStrides,
  graphOf,
  isDecoded,
  type ModuleLibrary,
  NETWORK_LIMITS,
  type Network,
  NO_LIMITS,
  planNetwork,
  type TracedLayer,
  traceNetwork,
} from "@yolo-compile/network";
import { optimize, type PassObserver, type PipelineName, type Replacements, type Rewrite } from "@yolo-compile/passes";
import type { Checkpoint } from "@yolo-compile/weights";
import { type BoundNetwork, type BoundWeights, bindWeights } from "./bind.js";
import { crossCheck } from "./cross-check.js";
import { noWeights, otherNames } from "./diagnostics.js";
import { modulesFor } from "./families.js";
import { type DynamicAxes, isOpen, type OpenImage, openImage } from "./open-image.js";
import { randomWeights } from "./random-weights.js";
import { type ConfigText, readDocument } from "./read-document.js";
import { asTheyAre } from "./spell-names.js";

/** Options of reading a yaml. */
export interface LoadOptions {
  /** Modules of the user's own that the yaml may name; they go before all others. */
  readonly modules?: ModuleLibrary | undefined;
  /** Builds networks of any size. Default false: those far above any known one are refused. */
  readonly allowHuge?: boolean | undefined;
  /** The number of classes, instead of the yaml's. */
  readonly nc?: number | undefined;
  /** Keeps the given yaml's number of classes, although the checkpoint beside it says another. */
  readonly keepClasses?: boolean | undefined;
  /** Class names by index, instead of the checkpoint's; their number is that of the classes unless `nc` is given. */
  readonly names?: readonly string[] | undefined;
}

/** The inputs of a compilation: a network, the image size and the passes. */
export interface GraphsRequest extends LoadOptions {
  /** Left out where the checkpoint carries its own. */
  readonly config?: ConfigText;
  readonly checkpoint?: Checkpoint;
  /** Seed of random weights, where there is no checkpoint, or only one of the backbone. */
  readonly randomWeights?: number;
  /** Takes the weights that fit, and random ones for the rest, from `randomWeights` or seed 1. */
  readonly partial?: boolean;
  /** Image height and width, multiples of the largest stride. */
  readonly size: readonly [number, number];
  readonly batch: number;
  /** The axes that stay open; `size` and `batch` are an example of them then. None where left out. */
  readonly dynamic?: DynamicAxes | undefined;
  /** The head to take: true for the one whose boxes need no suppression, where there is one. Left out, the family decides. */
  readonly end2end?: boolean;
  /** What the outputs are; left out, the family's decoded boxes. */
  readonly ending?: Ending;
  readonly passes: PipelineName;
  readonly observer?: CompileObserver;
}

/** Hooks besides those of passes. */
export interface CompileObserver extends PassObserver {
  /** Called at the end of `plan`, `bind`, `build` and `passes`; then of `write` and `verify`, where these happen. */
  readonly afterStage?: (stage: string) => void;
}

/** A network that is compiled with another ending, to see more of it. */
export type ProbeGraphs = Pick<CompiledGraphs, "plain" | "optimized" | "replaced" | "outputs" | "layers">;

/** One network as two graphs that compute the same, with the rewrites that led to the second. */
export interface CompiledGraphs {
  readonly network: Network;
  /** BatchNorm unfused, attention spelled out. */
  readonly plain: Graph;
  /** The reference: the plain graph, or the one with the family's own outputs where those of `plain` are others. */
  readonly reference: Reference;
  readonly optimized: Graph;
  /** The reference of one size and batch, with the same weights: what a graph of open sizes has to compute there. */
  readonly referenceAt: (size: readonly [height: number, width: number], batch: number) => Graph;
  readonly rewrites: readonly Rewrite[];
  /** Values of the plain graph, with their replacements in the optimised one. */
  readonly replaced: Replacements;
  /** The yaml's rows, with their outputs in the plain graph. */
  readonly layers: readonly TracedLayer[];
  /** The layout of each output of either graph. */
  readonly outputs: readonly OutputLayout[];
  /**
   * Compiles the network once more, where its boxes are suppressed: at confidence 0, so that every input has boxes that stay,
   * and with what suppression chooses from among the outputs.
   */
  readonly probe?: () => ProbeGraphs;
  /** Names of the weights that are buffers, not parameters. */
  readonly buffers: ReadonlySet<string>;
  readonly weights: BoundWeights;
  /** Class names by index. */
  readonly names: readonly string[];
  readonly notes: readonly Diagnostic[];
}

/** A plain graph that other graphs are judged by, and the layout of each of its outputs. */
export interface Reference {
  readonly graph: Graph;
  readonly outputs: readonly OutputLayout[];
}

/**
 * The network of a yaml, of the yaml inside a checkpoint, or of the named network whose weights it holds.
 * @throws yaml/…, network/…, compile/no-yaml, compile/family
 */
export const loadNetwork = (
  config: ConfigText | undefined,
  checkpoint: Checkpoint | undefined,
  options: LoadOptions = {},
): Network => findNetwork(config, checkpoint, options).network;

/** As {@link loadNetwork}, with the family's name and notes on how the yaml was found. */
export function findNetwork(
  config: ConfigText | undefined,
  checkpoint: Checkpoint | undefined,
  { modules, allowHuge = false, keepClasses = false, nc, names }: LoadOptions = {},
): { readonly network: Network; readonly family: string; readonly notes: readonly Diagnostic[] } {
  const { document, family, name, notes } = readDocument(config, checkpoint, { nc: nc ?? names?.length, keepClasses });
  const network = planNetwork(
    family.networks.readConfig(document, name),
    modulesFor(family, modules),
    allowHuge ? NO_LIMITS : NETWORK_LIMITS,
  );
  const strides = checkpoint && (checkpoint.model?.stride ?? network.config.storedStrides?.(checkpoint.tensors));
  return { network: strides ? fitStrides(network, strides) : network, family: family.name, notes };
}

/**
 * A yaml and weights as a plain and an optimised graph.
 * @throws yaml/…, network/…, weights/…, compile/no-yaml, compile/no-weights
 */
export function compileGraphs(request: GraphsRequest): CompiledGraphs {
  const { config, size, batch, dynamic, observer, end2end, ending = DECODED } = request;
  const { network: planned, notes: found } = findNetwork(config, request.checkpoint, {
    keepClasses: request.partial,
    ...request,
  });
  const own = { ...planned, ...(end2end !== undefined && { end2end }) };
  const network = isDecoded(ending) && !ending.outputNames ? own : { ...own, ending };
  const image = openImage(network, size, batch, dynamic);
  observer?.afterStage?.("plan");
  const { checkpoint, weights, source, traced } = bind(network, image, request);
  observer?.afterStage?.("bind");
  const names = classNames(network, checkpoint, request.names);
  const metadata = (layouts: readonly OutputLayout[]): ReadonlyMap<string, string> =>
    network.config.metadata({ strides: network.strides, names, batch, outputs: layouts, ...imageFacts(image) });
  const built = graphOf(traced, metadata);
  const { graph: plain, layers, outputs, buffers } = built;
  const at = { size: image.size, batch: image.batch, weights: source };
  const reference = isDecoded(ending) ? { graph: plain, outputs } : graphOf(traceNetwork(own, at));
  observer?.afterStage?.("build");
  const { graph: optimized, rewrites, replaced } = optimize(plain, request.passes, observer);
  observer?.afterStage?.("passes");
  const notes = [...found, ...checkpoint.notes, ...weights.notes, ...(config ? crossCheck(network, checkpoint) : [])];
  const referenceAt: CompiledGraphs["referenceAt"] = (size, batch) =>
    graphOf(traceNetwork(own, { size, batch, weights: source })).graph;
  const { suppression } = ending;
  const probe = suppression && {
    probe: (): ProbeGraphs => {
      const { outputNames: _, ...form } = ending;
      const opened = { ...form, suppression: { ...suppression, confidence: 0 }, withParts: true };
      const again = graphOf(traceNetwork({ ...own, ending: opened }, at), metadata);
      return { ...optimizedOf(again.graph, request.passes), layers: again.layers, outputs: again.outputs };
    },
  };
  return {
    ...probe,
    network,
    plain,
    reference,
    referenceAt,
    optimized,
    rewrites,
    replaced,
    layers,
    outputs,
    buffers,
    weights,
    names,
    notes,
  };
}

function optimizedOf(plain: Graph, passes: PipelineName): Pick<ProbeGraphs, "plain" | "optimized" | "replaced"> {
  const { graph: optimized, replaced } = optimize(plain, passes);
  return { plain, optimized, replaced };
}

const imageFacts = (image: OpenImage): Pick<CompiledFacts, "size" | "dynamic" | "openStep"> => ({
  size: image.example,
  dynamic: isOpen(image),
  ...(image.step !== undefined && { openStep: image.step }),
});

/** The network with weights from the checkpoint, random ones, or both. */
function bind(
  network: Network,
  { size, batch }: OpenImage,
  request: GraphsRequest,
): BoundNetwork & { readonly checkpoint: Checkpoint } {
  const { checkpoint, partial = false } = request;
  const image = { size, batch };
  const seed = request.randomWeights ?? (partial ? 1 : undefined);
  if (!checkpoint && (partial || seed === undefined)) throw noWeights(network.config.name);
  const random = seed === undefined ? undefined : randomWeights(network, seed, image);
  if (checkpoint) {
    const fill = random && { fillFrom: random.checkpoint };
    return { checkpoint, ...bindWeights(network, checkpoint, image, { partial, ...fill }) };
  }
  const { checkpoint: madeUp, traced } = random!; // without a checkpoint there is a seed
  const spelled = asTheyAre(madeUp.tensors, traced);
  return { checkpoint: madeUp, ...bindWeights(network, madeUp, image, { spelled }) };
}

/** @throws compile/names where other names are given than there are classes */
function classNames(
  { config: { nc, name } }: Network,
  { model }: Checkpoint,
  given: readonly string[] | undefined,
): readonly string[] {
  if (given && given.length !== nc) throw otherNames(given.length, nc, name);
  return given ?? Array.from({ length: nc }, (_, index) => model?.names?.get(index) ?? `class${index}`);
}
