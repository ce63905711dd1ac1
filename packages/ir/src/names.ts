import { constantsOf, type Graph, type Node, type Origin, type Value } from "./graph.js";

/** Gives out each name once; a second asker gets `name_1`. */
export class NamePool {
  readonly #taken = new Set<string>();
  readonly #next = new Map<string, number>();

  claim(wanted: string): string {
    let name = wanted;
    for (let count = this.#next.get(wanted) ?? 1; this.#taken.has(name); count++) {
      name = `${wanted}_${count}`;
      this.#next.set(wanted, count + 1);
    }
    this.#taken.add(name);
    return name;
  }
}

const clean = (hint: string): string => hint.replaceAll(/[^\w./:-]/g, "_");

/** The named parts of a graph, whatever the form of its nodes. */
type Wiring = Pick<Graph, "inputs" | "outputs"> & { readonly nodes: readonly Pick<Node, "inputs" | "outputs">[] };

/**
 * A unique name for every value: inputs get theirs exactly, then outputs as far as theirs are free; the rest come from their
 * hints, or from what `wanted` gives instead.
 */
export function nameValues(graph: Wiring, wanted: (value: Value) => string = ({ hint }) => hint): Map<Value, string> {
  const pool = new NamePool();
  const names = new Map<Value, string>();
  const name = (value: Value, given: string): void => {
    if (!names.has(value)) names.set(value, pool.claim(given || "value"));
  };
  for (const input of graph.inputs) name(input, input.hint);
  for (const output of graph.outputs) name(output.value, output.name);
  for (const value of constantsOf(graph)) name(value, clean(wanted(value)));
  for (const node of graph.nodes) for (const output of node.outputs) name(output, clean(wanted(output)));
  return names;
}

/** A unique name for every node: its origin's path and its op. */
export function nameNodes<Named extends { readonly op: string; readonly origin: Origin }>({
  nodes,
}: {
  readonly nodes: readonly Named[];
}): Map<Named, string> {
  const pool = new NamePool();
  return new Map(
    nodes.map((node) => [node, pool.claim(clean(node.origin.path ? `${node.origin.path}/${node.op}` : node.op))]),
  );
}
