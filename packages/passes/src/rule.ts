import { fromNumbers, type Tensor, toFloat64 } from "@yolo-compile/core";
import { type Graph, lazyConstant, type Node, type OpName, type Origin, type Value } from "@yolo-compile/ir";
import { type Patch, type PatchMaker, patchMaker } from "./patch.js";

/** A local rewrite, as a value: it gets a node and returns the patch that replaces it. Only the driver edits graphs. */
export interface Rule {
  /** Imperative kebab-case: `fold-batch-norm`. */
  readonly name: string;
  /** The ops of the nodes it is applied to. */
  readonly ops: ReadonlySet<OpName>;
  /** `node` is of one of {@link ops}. */
  apply(node: Node, context: RuleContext): Patch | Miss;
}

/** A rule for nodes of `ops`; `apply` gets the rule's own {@link PatchMaker}. */
export const rule = <Op extends OpName>(
  name: string,
  ops: readonly Op[],
  apply: (node: Node<Op>, context: RuleContext, patches: PatchMaker) => Patch | Miss,
): Rule => ({
  name,
  ops: new Set(ops),
  apply: (node, context) => apply(node as Node<Op>, context, patchMaker(name)), // the driver has looked at the op
});

/** The surroundings of a node in its graph, as far as a rule may ask for them. */
export interface RuleContext {
  readonly producer: (value: Value | undefined) => Node | undefined;
  /** The nodes that take `value`, each once, in graph order. */
  readonly users: (value: Value) => readonly Node[];
  readonly isOutput: (value: Value) => boolean;
}

/** The reason for which a rule did not apply. */
export interface Miss {
  readonly miss: string;
}

/** A {@link Miss} with that reason. */
export const miss = (reason: string): Miss => ({ miss: reason });

/** Whether a rule, or a search on its way, missed. */
export const isMiss = (found: object): found is Miss => "miss" in found;

/** The node that makes `value`, if only `user` takes it and it is no output of the graph. */
export function soleFeeder(context: RuleContext, value: Value | undefined, user: Node): Node | Miss {
  const feeder = context.producer(value);
  if (!value || !feeder) return miss("the input has no producer");
  if (context.isOutput(value)) return miss(`the ${feeder.op} output is an output of the graph`);
  const users = context.users(value);
  if (users.length !== 1 || users[0] !== user) return miss(`the ${feeder.op} output has other users`);
  return feeder;
}

/** Whether no input of these is computed; it reads none of them. */
export const areConstant = ({ inputs }: Pick<Node, "inputs">, indices: readonly number[]): boolean =>
  indices.every((index) => !inputs[index] || inputs[index].constant !== undefined);

/** The tensors of constant inputs, or undefined if any of them is computed. Left-out inputs are left out here too. */
export function constantInputs(
  node: Pick<Node, "inputs">,
  indices: readonly number[],
): (Tensor | undefined)[] | undefined {
  if (!areConstant(node, indices)) return undefined;
  return indices.map((index) => node.inputs[index]?.constant?.read());
}

/** A constant with other numbers, computed in float64 when asked for and rounded once. `change` may work in place. */
export function changedConstant(value: Value, change: (numbers: Float64Array) => Float64Array): Value {
  const stored = value.constant!;
  const { dtype, shape } = stored;
  const read = (): Tensor => ({ dtype, shape, data: fromNumbers(dtype, change(toFloat64(stored.read()))) });
  return lazyConstant({ dtype, shape, read }, value.hint);
}

/** One rewrite of a graph: the rule, and the nodes it replaced. */
export interface Rewrite {
  readonly rule: string;
  /** Origins of the nodes that were replaced, the matched one first. */
  readonly paths: readonly string[];
  readonly ops: readonly string[];
  /** Those of them that may be gone from the graph, though their work still counts: others do it, or nobody needs it. */
  readonly accountsFor: readonly Accounted[];
}

/** The rewrite of one node, which stays in the graph in another form. */
export const rewriteOf = (rule: string, { op, origin }: Node): Rewrite => ({
  rule,
  paths: [origin.path],
  ops: [op],
  accountsFor: [],
});

/** The origin of a node that `rule` makes of one with this origin. */
export const marked = ({ path, rules }: Origin, rule: string): Origin => ({ path, rules: [...rules, rule] });

/** The op and path by which a node is accounted for. */
export interface Accounted {
  readonly op: OpName;
  readonly path: string;
}

/** The op and path of a node. */
export const accounted = ({ op, origin }: Node): Accounted => ({ op, path: origin.path });

/** The graph after a pass, and how it differs from the one before. */
export interface PassResult {
  readonly graph: Graph;
  readonly rewrites: readonly Rewrite[];
  /** Values of the graph before, each with its replacement, which may be replaced in turn; see {@link replacementOf}. */
  readonly replaced: Replacements;
}

/** Old values to new ones with the same elements in the same order; the shape may be another. */
export type Replacements = ReadonlyMap<Value, Value>;

/** The value that replaces `value` after a pass: the value itself where nothing did. */
export function replacementOf(value: Value, replaced: Replacements): Value {
  let current = value;
  for (let next = replaced.get(current); next; next = replaced.get(current)) current = next;
  return current;
}
