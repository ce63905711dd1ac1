import { sameType } from "@yolo-compile/core";
import type { Graph, Node, Value } from "@yolo-compile/ir";
import { brokenPatch } from "./diagnostics.js";
import type { Patch } from "./patch.js";
import type { Replacements, RuleContext } from "./rule.js";

/** A graph under rewriting. The driver alone edits it, patch by patch; producers and users are kept exact. */
export class WorkingGraph implements RuleContext {
  readonly #source: Graph;
  #nodes: Node[];
  readonly #producers = new Map<Value, Node>();
  readonly #users = new Map<Value, Set<Node>>();
  /** The successor of each node whose inputs were redirected. */
  readonly #successors = new Map<Node, Node>();
  readonly #replaced = new Map<Value, Value>();
  #outputs: Graph["outputs"];

  constructor(graph: Graph) {
    this.#source = graph;
    this.#nodes = [...graph.nodes];
    this.#outputs = graph.outputs;
    for (const node of this.#nodes) this.#link(node);
  }

  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  /** The values that patches replaced so far. */
  get replaced(): Replacements {
    return this.#replaced;
  }

  producer = (value: Value | undefined): Node | undefined => (value ? this.#producers.get(value) : undefined);

  users = (value: Value): readonly Node[] => {
    const users = this.#users.get(value);
    if (!users || users.size < 2) return [...(users ?? [])];
    return this.#nodes.filter((node) => users.has(node));
  };

  isOutput = (value: Value): boolean => this.#outputs.some((output) => output.value === value);

  /** The node as it stands in the graph now, after redirections; undefined if it is gone. */
  latest(node: Node): Node | undefined {
    let current = node;
    for (let next = this.#successors.get(current); next; next = this.#successors.get(current)) current = next;
    return this.has(current) ? current : undefined;
  }

  /** Whether `node` is still part of the graph. */
  has(node: Node): boolean {
    return this.#producers.get(node.outputs[0]!) === node;
  }

  /**
   * Puts the patch's nodes before `node`, redirects every use of the replaced values, and drops what nobody uses any more.
   * @throws passes/patch if an edge of the patch comes from nowhere or changes a type
   */
  apply(node: Node, patch: Patch, rule: string): void {
    this.#check(node, patch, rule);
    const at = this.#nodes.indexOf(node);
    this.#nodes.splice(at, 0, ...patch.nodes);
    for (const added of patch.nodes) this.#link(added);
    for (const [old, replacement] of patch.replacements) this.#redirect(old, replacement);
    this.#dropUnused([node, ...patch.absorbed]);
  }

  /** Drops every node whose outputs nobody uses. Returns them. */
  dropDead(): readonly Node[] {
    const before = new Set(this.#nodes);
    this.#dropUnused([...this.#nodes].reverse());
    return [...before].filter((node) => !this.has(node));
  }

  freeze(): Graph {
    return { ...this.#source, nodes: this.#nodes, outputs: this.#outputs };
  }

  #check(node: Node, patch: Patch, rule: string): void {
    const earlier = new Set(this.#nodes.slice(0, this.#nodes.indexOf(node)).flatMap(({ outputs }) => outputs));
    const known = (value: Value): boolean =>
      value.constant !== undefined || this.#source.inputs.includes(value) || earlier.has(value);
    for (const added of patch.nodes) {
      for (const input of added.inputs)
        if (input && !known(input)) throw brokenPatch(rule, node, `%${input.hint} is not there yet`);
      for (const output of added.outputs) earlier.add(output);
    }
    for (const [old, replacement] of patch.replacements) {
      if (!node.outputs.includes(old))
        throw brokenPatch(rule, node, `%${old.hint} is not an output of the matched node`);
      if (!known(replacement)) throw brokenPatch(rule, node, `%${replacement.hint} is not there yet`);
      if (!sameType(old.type, replacement.type)) throw brokenPatch(rule, node, `%${old.hint} changes its type`);
    }
  }

  #link(node: Node): void {
    for (const output of node.outputs) this.#producers.set(output, node);
    for (const input of node.inputs) if (input) this.#usersOf(input).add(node);
  }

  #unlink(node: Node): void {
    for (const output of node.outputs) this.#producers.delete(output);
    for (const input of node.inputs) if (input) this.#usersOf(input).delete(node);
  }

  #usersOf(value: Value): Set<Node> {
    let users = this.#users.get(value);
    if (!users) {
      users = new Set();
      this.#users.set(value, users);
    }
    return users;
  }

  #redirect(old: Value, replacement: Value): void {
    this.#replaced.set(old, replacement);
    for (const user of this.users(old)) {
      const changed = { ...user, inputs: user.inputs.map((input) => (input === old ? replacement : input)) };
      this.#nodes[this.#nodes.indexOf(user)] = changed;
      this.#successors.set(user, changed);
      this.#unlink(user);
      this.#link(changed);
    }
    this.#outputs = this.#outputs.map((output) => (output.value === old ? { ...output, value: replacement } : output));
  }

  #dropUnused(candidates: readonly Node[]): void {
    const queue = [...candidates];
    for (let node = queue.pop(); node; node = queue.pop()) {
      const used = node.outputs.some((output) => this.isOutput(output) || this.#usersOf(output).size > 0);
      if (used || !this.has(node)) continue;
      this.#nodes.splice(this.#nodes.indexOf(node), 1);
      this.#unlink(node);
      for (const input of node.inputs) {
        const feeder = this.producer(input);
        if (feeder) queue.push(feeder);
      }
    }
  }
}
