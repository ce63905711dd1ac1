import type { Graph, Value } from "@yolo-compile/ir";
import { type Pass, type PassResult, type Replacements, type Rewrite, runPasses } from "@yolo-compile/passes";
import { compareTensors, type Difference, type Provider, type Tolerance } from "@yolo-compile/runtime";
import type { TracedLayer } from "@yolo-compile/yolov5";
import { type AlignedValue, alignedTensor, alignLayers, alignValues } from "./align-layers.js";
import { compareWhole, isWithin } from "./compare-layers.js";
import { extractReproducer, type Reproducer } from "./reproducer.js";
import { rowOfPath } from "./row-diagram.js";
import { type GraphInputs, runTaps } from "./taps.js";

/** A plain graph, the pipeline in doubt, and the input that shows the difference. */
export interface BisectRequest {
  readonly plain: Graph;
  readonly layers: readonly TracedLayer[];
  readonly passes: readonly Pass[];
  readonly inputs: GraphInputs;
  readonly provider: Provider;
  readonly tolerance: Tolerance;
  readonly onStep?: (step: string) => void;
}

/** The first rewrite after which the graph is not the plain one any more. */
export interface Culprit {
  readonly pass: string;
  readonly rewrite: Rewrite;
  /** Its number in the run of the pipeline, from 1. */
  readonly number: number;
  /** The first value, in the plain graph's order, that is off; undefined where only an output of the graph is. */
  readonly value?: Value;
  readonly difference: Difference;
  /** The yaml row that the rewritten node belongs to. */
  readonly layer?: TracedLayer;
  readonly reproducer: Reproducer;
}

/** What bisecting found, and what it took. */
export interface BisectResult {
  /** Rewrites of the whole pipeline. */
  readonly rewrites: number;
  /** Graphs that were run. */
  readonly runs: number;
  /** Left out where the whole pipeline stays within the tolerance. */
  readonly culprit?: Culprit;
}

/** The graph after the first rewrites of a pipeline. */
interface Prefix {
  readonly graph: Graph;
  readonly replaced: Replacements;
  readonly last?: { readonly pass: string; readonly rewrite: Rewrite };
  readonly rewrites: number;
}

/** What is off in a graph. */
interface Fault {
  readonly value?: Value;
  readonly difference: Difference;
}

/**
 * Finds the first rewrite of a pipeline that changes an output of the graph or of a yaml row by more than the tolerance, by
 * halving the number of rewrites that are applied. ONNX Runtime's own rewriting is off throughout.
 * @throws runtime/…
 */
export async function bisect(request: BisectRequest): Promise<BisectResult> {
  const { passes, plain, onStep } = request;
  const whole = applyFirst(plain, passes, Number.POSITIVE_INFINITY);
  let runs = 1;
  let fault = await findFault(request, whole, alignLayersOf);
  if (!fault) return { rewrites: whole.rewrites, runs };
  let [good, bad] = [0, whole.rewrites];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    onStep?.(`rewrite ${good + 1} to ${bad} of ${whole.rewrites}`);
    const found = await findFault(request, applyFirst(plain, passes, middle), alignLayersOf);
    runs++;
    if (found) [bad, fault] = [middle, found];
    else good = middle;
  }
  const after = applyFirst(plain, passes, bad);
  const { pass, rewrite } = after.last!; // one was applied, so there is a last one
  const layer = layerOf(rewrite, request.layers);
  const exact = (await findFault(request, after, alignValuesOf)) ?? fault;
  const { graph: before } = applyFirst(plain, passes, bad - 1);
  const reproducer = await extractReproducer({ ...request, before, after: applyOnly(before, passes, rewrite) });
  const culprit = { pass, rewrite, number: bad, ...exact, ...(layer && { layer }), reproducer };
  return { rewrites: whole.rewrites, runs: runs + 1, culprit };
}

/** Runs the pipeline until `count` rewrites are applied. */
function applyFirst(plain: Graph, passes: readonly Pass[], count: number): Prefix {
  let rewrites = 0;
  let lastRewrite: Rewrite | undefined;
  let last: Prefix["last"];
  const { graph, replaced } = runPasses(plain, passes, {
    allows: (rewrite) => {
      if (rewrites >= count) return false;
      rewrites++;
      lastRewrite = rewrite;
      return true;
    },
    afterPass: (pass) => {
      if (lastRewrite && lastRewrite !== last?.rewrite) last = { pass, rewrite: lastRewrite };
    },
  });
  return { graph, replaced, rewrites, ...(last && { last }) };
}

/** Applies one more rewrite, the one that `wanted` describes, so that both graphs share all other values. */
function applyOnly(graph: Graph, passes: readonly Pass[], wanted: Rewrite): PassResult {
  let applied = false;
  const same = ({ rule, paths, ops }: Rewrite): boolean =>
    rule === wanted.rule && paths.join() === wanted.paths.join() && ops.join() === wanted.ops.join();
  return runPasses(graph, passes, {
    allows: (rewrite) => {
      if (applied || !same(rewrite)) return false;
      applied = true;
      return true;
    },
  });
}

type Align = (request: BisectRequest, prefix: Prefix) => readonly AlignedValue[];

const alignLayersOf: Align = ({ plain, layers }, { graph, replaced }) =>
  alignLayers({ plain, layers, optimized: graph, replaced }).flatMap(({ aligned }) => aligned ?? []);

const alignValuesOf: Align = ({ plain }, { graph, replaced }) => alignValues({ plain, optimized: graph, replaced });

async function findFault(request: BisectRequest, prefix: Prefix, align: Align): Promise<Fault | undefined> {
  const { plain, inputs, provider, tolerance } = request;
  const settings = { provider, level: "disabled" } as const;
  const pairs = align(request, prefix);
  const expected = await runTaps(
    plain,
    [...pairs.map((pair) => pair.plain), ...plain.outputs.map(({ value }) => value)],
    inputs,
    settings,
  );
  const found = await runTaps(
    prefix.graph,
    [...pairs.map((pair) => pair.optimized), ...prefix.graph.outputs.map(({ value }) => value)],
    inputs,
    settings,
  );
  for (const [index, tensor] of expected.entries()) {
    const pair = pairs[index];
    const difference = pair
      ? compareWhole(pair.plain.hint, tensor, alignedTensor(pair, found[index]!))
      : compareTensors("output", tensor, found[index]!);
    if (!isWithin(difference, tolerance)) return { difference, ...(pair && { value: pair.plain }) };
  }
  return undefined;
}

const layerOf = ({ paths }: Rewrite, layers: readonly TracedLayer[]): TracedLayer | undefined =>
  layers.find(({ row }) => row === rowOfPath(paths[0] ?? ""));
