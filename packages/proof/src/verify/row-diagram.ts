import type { CompiledGraphs } from "@yolo-compile/compiler";
import { isFixed } from "@yolo-compile/core";
import { type Graph, makersOf, type Node, type Value } from "@yolo-compile/ir";
import type { TracedLayer } from "@yolo-compile/network";
import type { NodeDiagram, RowDiagram, RowIdentity } from "@yolo-compile/report";

/** The identity of a row, and the rows that it reads. */
export function rowIdentity(layer: TracedLayer, layers: readonly TracedLayer[]): RowIdentity {
  const rowOf = (slot: number): number => layers.find((each) => each.slot >= slot)?.row ?? slot;
  return {
    index: layer.row,
    module: layer.module,
    where: layer.where,
    from: layer.sources.map((slot) => (slot === -1 ? -1 : rowOf(slot))),
    shapes: layer.outputs.map(printedShape),
  };
}

/** Sizes with symbols as their formulas. */
export const printedShape = ({ type }: Value): readonly (number | string)[] =>
  type.shape.map((size) => (isFixed(size) ? size : String(size)));

/** The network by yaml rows, with the nodes of each in both graphs. */
export function rowDiagram({ layers, plain, optimized }: CompiledGraphs): RowDiagram {
  const [before, after] = [nodesByRow(plain), nodesByRow(optimized)];
  return {
    rows: layers.map((layer) => ({
      ...rowIdentity(layer, layers),
      before: nodeDiagram(before.get(layer.row) ?? []),
      after: nodeDiagram(after.get(layer.row) ?? []),
    })),
  };
}

/** The yaml row of an origin path: 17 for `model.17.m.0.cv1.conv`. */
export function rowOfPath(path: string): number | undefined {
  const row = /^model\.(\d+)(\.|$)/.exec(path)?.[1];
  return row === undefined ? undefined : Number(row);
}

function nodesByRow({ nodes }: Graph): ReadonlyMap<number, readonly Node[]> {
  const rows = new Map<number, Node[]>();
  for (const node of nodes) {
    const row = rowOfPath(node.origin.path);
    if (row === undefined) continue;
    const found = rows.get(row);
    if (found) found.push(node);
    else rows.set(row, [node]);
  }
  return rows;
}

function nodeDiagram(nodes: readonly Node[]): NodeDiagram {
  const ids = new Map(nodes.map((node, index) => [node, String(index)]));
  const makers = makersOf({ nodes });
  const edges = nodes.flatMap((node) => {
    const feeders = new Set(node.inputs.flatMap((input) => (input && makers.get(input)) ?? []));
    return [...feeders].map((feeder) => [ids.get(feeder)!, ids.get(node)!] as const);
  });
  return {
    nodes: nodes.map((node) => ({ id: ids.get(node)!, op: node.op, path: node.origin.path, rules: node.origin.rules })),
    edges,
  };
}
