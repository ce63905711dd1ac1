import type { Tensor } from "@yolo-compile/core";
import type { Graph, Value } from "@yolo-compile/ir";
import type { TracedLayer } from "@yolo-compile/network";
import { type Pass, type PassResult, type Replacements, type Rewrite, runPasses } from "@yolo-compile/passes";
import { compareTensors, type Difference, type Provider, type Tolerance } from "@yolo-compile/runtime";
import { type AlignedValue, alignedTensor, alignLayers, alignValues } from "./align-layers.js";
import { bindingsOf } from "./bindings.js";
import { compareWhole, isWithin } from "./compare-layers.js";
import { extractReproducer, type Reproducer } from "./reproducer.js";
import { rowOfPath } from "./row-diagram.js";
import { type GraphInputs, valuesOn } from "./run-values.js";

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

/** The first rewrite after which the graph does not compute the same any more. */
export interface Culprit {
  readonly pass: string;
  readonly rewrite: Rewrite;
  /** Its number in the run of the pipeline, from 1. */
  readonly number: number;
  /**
   * The first value, in the plain graph's order, that exceeds the tolerance; undefined where only an output of the graph
   * does.
   */
  readonly value?: Value;
  readonly difference: Difference;
  /** The yaml row that the rewritten node belongs to. */
  readonly layer?: TracedLayer;
  readonly reproducer: Reproducer;
}

/** The result and the cost of bisecting. */
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

/** The first value of a graph that exceeds the tolerance. */
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
  const expected = await plainValues(
    request,
    request.layers.flatMap(({ outputs }) => outputs),
  );
  let runs = 1;
  let fault = await findFault(request, whole, alignLayersOf, expected);
  if (!fault) return { rewrites: whole.rewrites, runs };
  let [good, bad] = [0, whole.rewrites];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    onStep?.(`rewrite ${good + 1} to ${bad} of ${whole.rewrites}`);
    const found = await findFault(request, applyFirst(plain, passes, middle), alignLayersOf, expected);
    runs++;
    if (found) [bad, fault] = [middle, found];
    else good = middle;
  }
  const after = applyFirst(plain, passes, bad);
  const { pass, rewrite } = after.last!; // one was applied, so there is a last one
  const layer = layerOf(rewrite, request.layers);
  const inside = await plainValues(
    request,
    alignValuesOf(request, after).map((pair) => pair.plain),
  );
  const exact = (await findFault(request, after, alignValuesOf, inside)) ?? fault;
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

type Expected = ReadonlyMap<Value, Tensor>;

/** The plain graph's tensors of some values and of its outputs. */
async function plainValues({ plain, inputs, provider }: BisectRequest, values: readonly Value[]): Promise<Expected> {
  const all = [...new Set([...values, ...plain.outputs.map(({ value }) => value)])];
  const tensors = await valuesOn(plain, all, inputs, provider);
  return new Map(all.map((value, index) => [value, tensors[index]!]));
}

async function findFault(
  request: BisectRequest,
  prefix: Prefix,
  align: Align,
  expected: Expected,
): Promise<Fault | undefined> {
  const { plain, inputs, provider, tolerance } = request;
  const pairs = align(request, prefix);
  const found = await valuesOn(
    prefix.graph,
    [...pairs.map((pair) => pair.optimized), ...prefix.graph.outputs.map(({ value }) => value)],
    inputs,
    provider,
  );
  const bindings = bindingsOf(plain, inputs);
  for (const [index, pair] of pairs.entries()) {
    const tensor = alignedTensor(pair, found[index]!, bindings);
    const difference = compareWhole(pair.plain.hint, expected.get(pair.plain)!, tensor);
    if (!isWithin(difference, tolerance)) return { difference, value: pair.plain };
  }
  for (const [index, { name, value }] of plain.outputs.entries()) {
    const difference = compareTensors(name, expected.get(value)!, found[pairs.length + index]!);
    if (!isWithin(difference, tolerance)) return { difference };
  }
  return undefined;
}

const layerOf = ({ paths }: Rewrite, layers: readonly TracedLayer[]): TracedLayer | undefined =>
  layers.find(({ row }) => row === rowOfPath(paths[0] ?? ""));
