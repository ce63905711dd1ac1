import type { Diagnostic } from "@yolo-compile/core";
import type { Graph } from "@yolo-compile/ir";
import {
  buildGraph,
  checkImageSize,
  fitStrides,
  type ModelConfig,
  type Network,
  parseYaml,
  planNetwork,
  readConfig,
  repr,
  type TracedLayer,
  toPython,
} from "@yolo-compile/network";
import { optimize, type PassObserver, type PipelineName, type Replacements, type Rewrite } from "@yolo-compile/passes";
import type { Checkpoint } from "@yolo-compile/weights";
import { type BoundWeights, bindWeights } from "./bind.js";
import { crossCheck } from "./cross-check.js";
import { noConfig, noWeights } from "./diagnostics.js";
import { MODULES } from "./modules.js";
import { randomWeights } from "./random-weights.js";
import { recordedStrides } from "./recorded-strides.js";

/** The yaml's text and the name that the summary gives the model. */
export interface ConfigText {
  readonly file: string;
  readonly text: string;
}

/** What to compile, for which input, and how much to rewrite. */
export interface GraphsRequest {
  /** Left out where the checkpoint carries its own. */
  readonly config?: ConfigText;
  readonly checkpoint?: Checkpoint;
  /** Seed for made-up weights, where there is no checkpoint, or one of the backbone alone. */
  readonly randomWeights?: number;
  /** Takes the weights that fit and makes up the rest, from `randomWeights` or seed 1. */
  readonly partial?: boolean;
  /** Image height and width, multiples of the largest stride. */
  readonly size: readonly [number, number];
  readonly batch: number;
  readonly passes: PipelineName;
  readonly observer?: CompileObserver;
}

/** Hooks besides those of passes. */
export interface CompileObserver extends PassObserver {
  /** Called at the end of `plan`, `bind`, `build` and `passes`. */
  readonly afterStage?: (stage: string) => void;
}

/** One network as two graphs that compute the same, and how the second came about. */
export interface CompiledGraphs {
  readonly network: Network;
  /** BatchNorm unfused, attention spelled out: the reference. */
  readonly plain: Graph;
  readonly optimized: Graph;
  readonly rewrites: readonly Rewrite[];
  /** What stands in the optimised graph for values of the plain one. */
  readonly replaced: Replacements;
  /** The yaml's rows, with their outputs in the plain graph. */
  readonly layers: readonly TracedLayer[];
  readonly weights: BoundWeights;
  /** Class names by index. */
  readonly names: readonly string[];
  readonly notes: readonly Diagnostic[];
}

/** `models/yolov5n.yaml` -> `yolov5n` */
export const stem = (path: string): string => path.replace(/^.*[\\/]/, "").replace(/\.[^.]*$/, "");

/** The network of a yaml, or of the yaml inside a checkpoint. @throws yaml/…, yolov5/…, compile/no-yaml */
export function loadNetwork(config: ConfigText | undefined, checkpoint: Checkpoint | undefined): Network {
  const network = planNetwork(readModelConfig(config, checkpoint), MODULES);
  const strides = checkpoint && recordedStrides(network, checkpoint);
  return strides ? fitStrides(network, strides) : network;
}

function readModelConfig(config: ConfigText | undefined, checkpoint: Checkpoint | undefined): ModelConfig {
  if (config) return readConfig(parseYaml(config.text, config.file), stem(config.file));
  const { yaml, className } = checkpoint?.model ?? {};
  if (!checkpoint || yaml === undefined)
    throw noConfig(checkpoint?.name ?? "the input", checkpoint?.format ?? "none", className);
  return readConfig(toPython(yaml, checkpoint.name), networkName(checkpoint));
}

/** As YOLOv5 calls it: after its yaml. */
export const networkName = ({ model, name }: Checkpoint): string => model?.name ?? stem(model?.yamlFile ?? name);

/**
 * A yaml and weights as a plain and an optimised graph.
 * @throws yaml/…, yolov5/…, weights/…, compile/no-yaml, compile/no-weights
 */
export function compileGraphs(request: GraphsRequest): CompiledGraphs {
  const { config, size, batch, observer, partial = false } = request;
  const network = loadNetwork(config, request.checkpoint);
  checkImageSize(network, size);
  const seed = request.randomWeights ?? (partial ? 1 : undefined);
  const madeUp = seed === undefined ? undefined : randomWeights(network, seed, size);
  const checkpoint = request.checkpoint ?? (partial ? undefined : madeUp);
  if (!checkpoint) throw noWeights(network.config.name);
  observer?.afterStage?.("plan");
  const names = classNames(network, checkpoint);
  const weights = bindWeights(network, checkpoint, size, {
    partial,
    ...(request.checkpoint && madeUp && { standIn: madeUp }),
  });
  observer?.afterStage?.("bind");
  const built = buildGraph(network, { size, batch, weights: weights.source, metadata: metadata(network, names) });
  const { graph: plain, layers } = built;
  observer?.afterStage?.("build");
  const { graph: optimized, rewrites, replaced } = optimize(plain, request.passes, observer);
  observer?.afterStage?.("passes");
  const notes = [...checkpoint.notes, ...weights.notes, ...(config ? crossCheck(network, checkpoint) : [])];
  return { network, plain, optimized, rewrites, replaced, layers, weights, names, notes };
}

const classNames = ({ config }: Network, { model }: Checkpoint): string[] =>
  Array.from({ length: config.nc }, (_, index) => model?.names?.get(index) ?? `class${index}`);

/** What YOLOv5's own export writes into the model, for those who read it. */
const metadata = ({ strides }: Network, names: readonly string[]): ReadonlyMap<string, string> =>
  new Map([
    ["names", `{${names.map((name, index) => `${index}: ${repr(name)}`).join(", ")}}`],
    ["stride", String(Math.max(32, ...strides))],
  ]);
