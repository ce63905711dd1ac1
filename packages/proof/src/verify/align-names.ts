import { sameType } from "@yolo-compile/core";
import { type Graph, type Node, nameValues, type Value } from "@yolo-compile/ir";

/** Values of two graphs that were made apart, matched by name and type. */
export interface NamedPair {
  readonly name: string;
  /** The node that computes it in the reference. */
  readonly node: Node;
  readonly reference: Value;
  readonly candidate: Value;
}

/**
 * The computed values that have the same name in two graphs, in the order of the reference. Equal names and types are all
 * that foreign files offer, so values of another meaning may be matched.
 */
export function alignNames(reference: Graph, candidate: Graph): NamedPair[] {
  const theirs = new Map([...nameValues(candidate)].map(([value, name]) => [name, value]));
  const names = nameValues(reference);
  return reference.nodes.flatMap((node) =>
    node.outputs.flatMap((value) => {
      const name = names.get(value)!;
      const found = theirs.get(name);
      const fits = found && !found.constant && sameType(value.type, found.type);
      return fits ? [{ name, node, reference: value, candidate: found }] : [];
    }),
  );
}
