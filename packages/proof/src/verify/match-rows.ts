import type { CompiledGraphs } from "@yolo-compile/compiler";
import type { Tensor } from "@yolo-compile/core";
import type { Graph, Node, Value } from "@yolo-compile/ir";
import type { TracedLayer } from "@yolo-compile/network";
import { CPU, type Difference, type Provider, type Tolerance } from "@yolo-compile/runtime";
import { compareWhole, isWithin, statisticsOf } from "./compare-layers.js";
import { alike, eachValue, type ForeignGraph, foreignRow } from "./foreign-graph.js";
import { valuesOn } from "./run-values.js";

/** One output of a yaml row, with the value of a foreign graph that comes closest. */
export interface MatchedOutput {
  readonly layer: TracedLayer;
  /** In the plain graph. */
  readonly value: Value;
  readonly statistics: ReturnType<typeof statisticsOf>;
  /** By the names of its nodes, or else by shape alone. */
  readonly by: "name" | "value";
  /** Absent where no value of the foreign graph has the type. */
  readonly nearest?: { readonly value: Value; readonly difference: Difference; readonly ok: boolean };
}

/** Options of matching. */
export interface MatchRequest {
  readonly source: Pick<CompiledGraphs, "plain" | "layers">;
  readonly foreign: ForeignGraph;
  /** The plain graph's inputs. */
  readonly inputs: ReadonlyMap<string, Tensor>;
  readonly provider: Provider;
  readonly tolerance: Tolerance;
}

/** A value without a near one is further away than this share of its scale. */
const NEAR = 0.25;

/** Finds, for each output of each row, the foreign value that is closest to it on one input. @throws runtime/… */
export async function matchRows({
  source: { plain, layers },
  foreign,
  inputs,
  provider,
  tolerance,
}: MatchRequest): Promise<readonly MatchedOutput[]> {
  const wanted = layers.flatMap((layer) => layer.outputs.map((value) => ({ layer, value })));
  const tensors = await valuesOn(
    plain,
    wanted.map(({ value }) => value),
    inputs,
    CPU,
  );
  const candidates = wanted.map(({ layer, value }) => candidatesOf(layer, value, plain, foreign.graph));
  const best = new Array<MatchedOutput["nearest"]>(wanted.length);
  await eachValue(foreign, [...new Set(candidates.flatMap(({ values }) => [...values]))], provider, (found, tensor) => {
    candidates.forEach(({ values }, index) => {
      if (!values.has(found)) return;
      const difference = compareWhole(found.hint, tensors[index]!, tensor);
      const nearest = { value: found, difference, ok: isWithin(difference, tolerance) };
      if (isCloser(nearest, best[index])) best[index] = nearest;
    });
  });
  return wanted.map(({ layer, value }, index) => {
    const { by } = candidates[index]!;
    const nearest = best[index];
    const near = nearest && (by === "name" || nearest.difference.maxRel <= NEAR);
    return { layer, value, statistics: statisticsOf(tensors[index]!), by, ...(near && { nearest }) };
  });
}

type Nearest = NonNullable<MatchedOutput["nearest"]>;

const isCloser = ({ difference: a }: Nearest, other: Nearest | undefined): boolean =>
  !other ||
  a.nonFinite < other.difference.nonFinite ||
  (a.nonFinite === other.difference.nonFinite && a.maxRel < other.difference.maxRel);

/**
 * The foreign values that a row's output may be: those of its type among the row's nodes, or where names say nothing of the
 * row, among all. An output of the graph is the one at its position.
 */
function candidatesOf(
  { row }: TracedLayer,
  value: Value,
  plain: Graph,
  foreign: Graph,
): Pick<MatchedOutput, "by"> & { readonly values: ReadonlySet<Value> } {
  const place = plain.outputs.findIndex((output) => output.value === value);
  const output = foreign.outputs[place]?.value;
  if (output && !output.constant && alike(value, output)) return { by: "name", values: new Set([output]) };
  const named = foreign.nodes.filter(({ origin }) => foreignRow(origin.path) === row);
  const fits = (nodes: readonly Node[]): Value[] =>
    nodes.flatMap(({ outputs }) => outputs.filter((each) => alike(value, each)));
  const own = fits(named);
  return own.length > 0 ? { by: "name", values: new Set(own) } : { by: "value", values: new Set(fits(foreign.nodes)) };
}
