import { createNode, type GivenAttributesOf, type Node, type OpName, type Value } from "@yolo-compile/ir";

/** New nodes and the values that they replace. */
export interface Patch {
  readonly nodes: readonly Node[];
  readonly replacements: ReadonlyMap<Value, Value>;
  /** The nodes besides the matched one whose work the new nodes take over. */
  readonly absorbed: readonly Node[];
  /** Those among the matched node and the absorbed ones that may go from the graph though their work still counts. */
  readonly accountsFor: readonly Node[];
}

/**
 * Makes a node that a patch consists of; the result of each call is its first output. `like` gives the origin where it is
 * not that of the whole patch.
 */
export type Emit = <Op extends OpName>(
  op: Op,
  inputs: Node["inputs"],
  attributes?: GivenAttributesOf<Op>,
  like?: Node,
) => Value;

/** Makes the patches of one rule, whose name is in the origin of every new node. */
export interface PatchMaker {
  readonly rule: string;
  /**
   * A patch that computes the node's single output anew, under its old hint: equal hints mean equal values, before and after.
   * The first absorbed node, or the node itself, gives the origin.
   */
  replace(
    node: Node,
    build: (emit: Emit) => Value,
    absorbed?: Patch["absorbed"],
    accountsFor?: Patch["accountsFor"],
  ): Patch;
  /** A patch without new nodes: each output becomes a value that exists already. */
  reuse(pairs: readonly (readonly [old: Value, existing: Value])[], accountsFor?: Patch["accountsFor"]): Patch;
}

/** The {@link PatchMaker} of the rule of that name. */
export const patchMaker = (rule: string): PatchMaker => ({
  rule,
  replace: (node, build, absorbed = [], accountsFor = []) => ({
    ...rebuilt(rule, node, build, absorbed),
    absorbed,
    accountsFor,
  }),
  reuse: (pairs, accountsFor = []) => ({ nodes: [], replacements: new Map(pairs), absorbed: [], accountsFor }),
});

/** The nodes that `build` emits; the value that replaces the node's output takes over its hint. */
function rebuilt(
  rule: string,
  node: Node,
  build: (emit: Emit) => Value,
  absorbed: readonly Node[],
): Pick<Patch, "nodes" | "replacements"> {
  const nodes: Node[] = [];
  const from = (absorbed[0] ?? node).origin;
  const rules = [...new Set([...absorbed, node].flatMap(({ origin }) => origin.rules))];
  const emit: Emit = (op, inputs, attributes, like) => {
    const origin = { path: like?.origin.path ?? from.path, rules: [...(like?.origin.rules ?? rules), rule] };
    const hints = [`${origin.path || op}/${rule}`];
    const made: Node = createNode({ op, inputs, attributes, origin, hints });
    nodes.push(made);
    return made.outputs[0]!;
  };
  const [old] = node.outputs as [Value];
  const built = build(emit);
  const renamed = { ...built, hint: old.hint };
  const rename = <Item extends Value | undefined>(value: Item): Item | Value => (value === built ? renamed : value);
  const made = nodes.some(({ outputs }) => outputs.includes(built));
  if (!made) return { nodes, replacements: new Map([[old, built]]) };
  const own = nodes.map((each) => ({ ...each, inputs: each.inputs.map(rename), outputs: each.outputs.map(rename) }));
  return { nodes: own, replacements: new Map([[old, renamed]]) };
}
