import { fromNumbers, type Tensor, toFloat64 } from "@yolo-compile/core";
import { type Attributes, createNode, type Graph, lazyConstant, type Node, type Value } from "@yolo-compile/ir";

/** A local rewrite, as a value: it looks at a node and says what should stand there. Only the driver edits graphs. */
export interface Rule {
  /** Imperative kebab-case: `fold-batch-norm`. */
  readonly name: string;
  /** The ops it looks at; left out, all. */
  readonly ops?: readonly string[];
  readonly apply: (node: Node, context: RuleContext) => Patch | Miss;
}

/** What a rule may ask about the graph around a node. */
export interface RuleContext {
  readonly producer: (value: Value | undefined) => Node | undefined;
  /** The nodes that take `value`, each once, in graph order. */
  readonly users: (value: Value) => readonly Node[];
  readonly isOutput: (value: Value) => boolean;
}

/** New nodes and the values that they replace. */
export interface Patch {
  readonly nodes: readonly Node[];
  readonly replacements: ReadonlyMap<Value, Value>;
  /** The nodes besides the matched one whose work the new nodes take over. */
  readonly absorbed: readonly Node[];
}

/** Why a rule did not apply. */
export interface Miss {
  readonly miss: string;
}

/** A {@link Miss} with that reason. */
export const miss = (reason: string): Miss => ({ miss: reason });

/** Whether a rule did not apply. */
export const isMiss = (result: Patch | Miss): result is Miss => "miss" in result;

/**
 * Makes a node that a patch consists of; the result of each call is its first output. `like` gives the origin where it is
 * not that of the whole patch.
 */
export type Emit = (op: string, inputs: readonly (Value | undefined)[], attributes?: Attributes, like?: Node) => Value;

/**
 * A patch that computes the node's single output anew, under its old hint: equal hints mean equal values, before and after.
 * `absorbed` lists the other nodes whose work is taken over; the first
 * of them, or the node itself, gives the origin.
 */
export function replace(rule: string, node: Node, build: (emit: Emit) => Value, absorbed: readonly Node[] = []): Patch {
  const nodes: Node[] = [];
  const from = (absorbed[0] ?? node).origin;
  const rules = [...new Set([...absorbed, node].flatMap(({ origin }) => origin.rules))];
  const emit: Emit = (op, inputs, attributes = {}, like) => {
    const origin = { path: like?.origin.path ?? from.path, rules: [...(like?.origin.rules ?? rules), rule] };
    const made = createNode({ op, inputs, attributes, origin, hints: [`${origin.path || op}/${rule}`] });
    nodes.push(made);
    return made.outputs[0]!;
  };
  const [old] = node.outputs as [Value];
  const built = build(emit);
  const renamed = { ...built, hint: old.hint };
  const rename = <Item extends Value | undefined>(value: Item): Item | Value => (value === built ? renamed : value);
  const made = nodes.some(({ outputs }) => outputs.includes(built));
  if (!made) return { nodes, replacements: new Map([[old, built]]), absorbed };
  const own = nodes.map((each) => ({ ...each, inputs: each.inputs.map(rename), outputs: each.outputs.map(rename) }));
  return { nodes: own, replacements: new Map([[old, renamed]]), absorbed };
}

/** A patch without new nodes: each output becomes a value that exists already. */
export const reuse = (pairs: readonly (readonly [old: Value, existing: Value])[]): Patch => ({
  nodes: [],
  replacements: new Map(pairs),
  absorbed: [],
});

/** The node that makes `value`, if only `user` takes it and it is no output of the graph. */
export function soleFeeder(context: RuleContext, value: Value | undefined, user: Node): Node | Miss {
  const feeder = context.producer(value);
  if (!value || !feeder) return miss("the input has no producer");
  if (context.isOutput(value)) return miss(`the ${feeder.op} output is an output of the graph`);
  const users = context.users(value);
  if (users.length !== 1 || users[0] !== user) return miss(`the ${feeder.op} output has other users`);
  return feeder;
}

/** Whether a search such as {@link soleFeeder} found no node. */
export const isMissing = (found: Node | Miss): found is Miss => "miss" in found;

/** The tensors of constant inputs, or undefined if any of them is computed. Left-out inputs are left out here too. */
export function constantInputs(node: Node, indices: readonly number[]): (Tensor | undefined)[] | undefined {
  const values = indices.map((index) => node.inputs[index]);
  if (values.some((value) => value && !value.constant)) return undefined;
  return values.map((value) => value?.constant?.read());
}

/** A constant with other numbers, computed in float64 when asked for and rounded once. `change` may work in place. */
export function changedConstant(value: Value, change: (numbers: Float64Array) => Float64Array): Value {
  const stored = value.constant!;
  const { dtype, shape } = stored;
  const read = (): Tensor => ({ dtype, shape, data: fromNumbers(dtype, change(toFloat64(stored.read()))) });
  return lazyConstant({ dtype, shape, read }, value.hint);
}

/** What a pass did to a graph. */
export interface Rewrite {
  readonly rule: string;
  /** Origins of the nodes that were replaced, the matched one first. */
  readonly paths: readonly string[];
  readonly ops: readonly string[];
}

/** The graph after a pass, and what became of the one before. */
export interface PassResult {
  readonly graph: Graph;
  readonly rewrites: readonly Rewrite[];
  /** Values of the graph before, and what computes the same in their stead, perhaps replaced in turn; see {@link replacementOf}. */
  readonly replaced: Replacements;
}

/** Old values to new ones with the same elements in the same order; the shape may be another. */
export type Replacements = ReadonlyMap<Value, Value>;

/** What stands for `value` after a pass: the value itself where nothing replaced it. */
export function replacementOf(value: Value, replaced: Replacements): Value {
  let current = value;
  for (let next = replaced.get(current); next; next = replaced.get(current)) current = next;
  return current;
}
