import type { Tensor } from "@yolo-compile/core";
import { type Graph, makersOf, type Node, type Value } from "@yolo-compile/ir";
import { type Replacements, replacementOf } from "@yolo-compile/passes";
import type { Provider } from "@yolo-compile/runtime";
import { type GraphInputs, valuesOn } from "./run-values.js";

/** The smallest pair of graphs that shows the effect of one rewrite, and their inputs. */
export interface Reproducer {
  readonly before: Graph;
  readonly after: Graph;
  /** By the name of the input, the same for both graphs. */
  readonly inputs: ReadonlyMap<string, Tensor>;
}

/** Two graphs that are one rewrite apart and share all other values, and an input of both. */
export interface ReproducerRequest {
  readonly before: Graph;
  readonly after: { readonly graph: Graph; readonly replaced: Replacements };
  readonly inputs: GraphInputs;
  readonly provider: Provider;
}

/**
 * Cuts out of two graphs, one rewrite apart, the values that the rewrite computes anew, down to those that both graphs have.
 * Their numbers come from a run of the graph before.
 * @throws runtime/…
 */
export async function extractReproducer({ before, after, inputs, provider }: ReproducerRequest): Promise<Reproducer> {
  const [old, fresh] = [makersOf(before), makersOf(after.graph)];
  const replaced = [...old.keys()]
    .map((value) => [value, replacementOf(value, after.replaced)] as const)
    .filter(([value, found]) => value !== found && !fresh.has(value) && (fresh.has(found) || found.constant));
  const changed = replaced.filter(([, found]) => !old.has(found));
  const pairs = changed.length > 0 ? changed : replaced;
  const freshPart = slice(
    pairs.map(([, found]) => found),
    (value) => (old.has(value) ? undefined : fresh.get(value)),
  );
  const frontier = new Set(freshPart.inputs);
  const oldPart = slice(
    pairs.map(([value]) => value),
    (value) => (frontier.has(value) ? undefined : old.get(value)),
  );
  const shared = [...new Set([...freshPart.inputs, ...oldPart.inputs])];
  const tensors = await valuesOn(before, shared, inputs, provider);
  const names = new Map(shared.map((value, index) => [value, { type: value.type, hint: `x${index}` }]));
  const cut = (name: string, { nodes }: Slice, outputs: readonly Value[]): Graph => ({
    name,
    inputs: [...names.values()],
    nodes: nodes.map((node) => ({ ...node, inputs: node.inputs.map((input) => input && (names.get(input) ?? input)) })),
    outputs: outputs.map((value, index) => ({ name: `y${index}`, value: names.get(value) ?? value })),
    metadata: new Map(),
  });
  return {
    before: cut(
      "before",
      oldPart,
      pairs.map(([value]) => value),
    ),
    after: cut(
      "after",
      freshPart,
      pairs.map(([, found]) => found),
    ),
    inputs: new Map([...names.values()].map(({ hint }, index) => [hint, tensors[index]!])),
  };
}

interface Slice {
  /** In topological order. */
  readonly nodes: readonly Node[];
  /** Computed values that the nodes take from outside. */
  readonly inputs: readonly Value[];
}

/** The nodes behind `values`, as far as `producer` gives them. */
function slice(values: readonly Value[], producer: (value: Value) => Node | undefined): Slice {
  const nodes = new Set<Node>();
  const inputs = new Set<Value>();
  const visit = (value: Value): void => {
    if (value.constant) return;
    const node = producer(value);
    if (!node) inputs.add(value);
    if (!node || nodes.has(node)) return;
    for (const input of node.inputs) if (input) visit(input);
    nodes.add(node);
  };
  for (const value of values) visit(value);
  return { nodes: [...nodes], inputs: [...inputs] };
}
