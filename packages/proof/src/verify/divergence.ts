import type { CompiledGraphs } from "@yolo-compile/compiler";
import type { Tensor } from "@yolo-compile/core";
import { makersOf, type Node, type Value } from "@yolo-compile/ir";
import type { TracedLayer } from "@yolo-compile/network";
import { CPU, type Difference, type Provider, type Tolerance } from "@yolo-compile/runtime";
import { compareWhole, isWithin } from "./compare-layers.js";
import { alike, eachValue, type ForeignGraph, foreignRow } from "./foreign-graph.js";
import type { MatchedOutput } from "./match-rows.js";
import { rowOfPath } from "./row-diagram.js";
import { valuesOn } from "./run-values.js";

/** The place where a foreign model begins to compute something else. */
export interface Divergence {
  readonly layer: TracedLayer;
  readonly difference: Difference;
  /** The first node of the foreign model whose result none of the row's values is equal to, with what it should be. */
  readonly node?: {
    readonly op: string;
    readonly path: string;
    /** Path of the module whose value comes closest, in the names of the checkpoint. */
    readonly nearest: string;
    readonly difference: Difference;
  };
}

/** A row that is off, while all rows that it reads are right. */
export interface DivergenceRequest {
  readonly source: Pick<CompiledGraphs, "plain">;
  readonly foreign: ForeignGraph;
  readonly layer: TracedLayer;
  readonly matched: readonly MatchedOutput[];
  readonly inputs: ReadonlyMap<string, Tensor>;
  readonly provider: Provider;
  readonly tolerance: Tolerance;
}

/** Looks inside the first row that is off for the first node that is. @throws runtime/… */
export async function findDivergence(request: DivergenceRequest): Promise<Divergence> {
  const { layer, matched } = request;
  const { difference } = worstOf(matched.filter((each) => each.layer === layer));
  const theirs = nodesOfRow(request);
  const compared = await compareInside(theirs, request);
  const settled = feeders(theirs, (node) => node.outputs.some((output) => compared.get(output)?.ok));
  const first = theirs.find(
    (node) => !settled.has(node) && node.outputs.some((output) => compared.get(output)?.ok === false),
  );
  const found = first?.outputs.flatMap((output) => compared.get(output) ?? [])[0];
  if (!first || !found) return { layer, difference };
  const { op, origin } = first;
  return { layer, difference, node: { op, path: origin.path, nearest: found.path, difference: found.difference } };
}

function worstOf(outputs: readonly MatchedOutput[]): { readonly difference: Difference } {
  const [worst] = outputs
    .flatMap(({ nearest }) => nearest ?? [])
    .sort((a, b) => b.difference.nonFinite - a.difference.nonFinite || b.difference.maxRel - a.difference.maxRel);
  return worst!; // a row that is off was compared
}

/**
 * The foreign nodes of a row by their names; where these say nothing, those between the values of the rows that it reads and its
 * own.
 */
function nodesOfRow({ foreign: { graph }, layer, matched }: DivergenceRequest): readonly Node[] {
  const named = graph.nodes.filter(({ origin }) => foreignRow(origin.path) === layer.row);
  if (named.length > 0) return named;
  const makers = makersOf(graph);
  const placeOf = (value: Value | undefined): number => (value ? graph.nodes.indexOf(makers.get(value)!) : -1);
  const own = matched.filter((each) => each.layer === layer).map(({ nearest }) => placeOf(nearest?.value));
  const before = matched
    .filter((each) => each.layer.row < layer.row && each.nearest?.ok)
    .map(({ nearest }) => placeOf(nearest?.value))
    .filter((place) => place < Math.max(...own));
  return graph.nodes.slice(Math.max(-1, ...before) + 1, Math.max(...own) + 1);
}

interface Nearest {
  readonly path: string;
  readonly difference: Difference;
  readonly ok: boolean;
}

/** The closest value of our row for each value of theirs, where one has its type. */
async function compareInside(
  theirs: readonly Node[],
  { source: { plain }, foreign, layer, inputs, provider, tolerance }: DivergenceRequest,
): Promise<ReadonlyMap<Value, Nearest>> {
  const ours = plain.nodes.filter(({ origin }) => rowOfPath(origin.path) === layer.row);
  const own = ours.flatMap((node) => node.outputs.map((value) => ({ value, path: node.origin.path })));
  const tensors = await valuesOn(
    plain,
    own.map(({ value }) => value),
    inputs,
    CPU,
  );
  const compared = new Map<Value, Nearest>();
  const values = theirs
    .flatMap(({ outputs }) => outputs)
    .filter((value) => own.some((each) => alike(value, each.value)));
  await eachValue(foreign, values, provider, (value, tensor) => {
    own.forEach(({ value: mine, path }, index) => {
      if (!alike(value, mine)) return;
      const difference = compareWhole(path, tensors[index]!, tensor);
      const known = compared.get(value);
      if (!known || difference.maxRel < known.difference.maxRel)
        compared.set(value, { path, difference, ok: isWithin(difference, tolerance) });
    });
  });
  return compared;
}

/** The nodes whose results go, directly or not, into a node that is right. */
function feeders(nodes: readonly Node[], isRight: (node: Node) => boolean): ReadonlySet<Node> {
  const makers = makersOf({ nodes });
  const found = new Set<Node>();
  for (const node of [...nodes].reverse()) {
    if (!found.has(node) && !isRight(node)) continue;
    for (const input of node.inputs) {
      const maker = input && makers.get(input);
      if (maker) found.add(maker);
    }
  }
  return found;
}
