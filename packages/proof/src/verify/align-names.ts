import { sameType } from "@yolo-compile/core";
import { type Graph, type Node, nameValues, type Value } from "@yolo-compile/ir";

/** Values of two graphs that were made apart, matched by name and type. */
export interface NamedPair {
  readonly name: string;
  /** What computes it in the reference. */
  readonly node: Node;
  readonly reference: Value;
  readonly candidate: Value;
}

/**
 * The computed values that two graphs call the same, in the order of the reference. Names that mean something else in each
 * model are matched as well: an equal name and type is all that strangers' files offer.
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
