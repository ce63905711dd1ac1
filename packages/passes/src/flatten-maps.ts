import { type LazyTensor, type Size, sameShape } from "@yolo-compile/core";
import { createNode, lazyConstant, type Node, type Value } from "@yolo-compile/ir";
import type { Pass } from "./pass.js";
import { flatShape, mapsOf, Regions } from "./row-regions.js";
import { marked, type PassResult, type Replacements, type Rewrite } from "./rule.js";

const NAME = "flatten-maps";

/** Rebuilds the graph with the chosen regions on rows. */
class Rewriter {
  readonly #rows = new Map<Value, Value>();
  readonly #maps = new Map<Value, Value>();
  /** The producer of each map in the graph before. */
  readonly #makers = new Map<Value, Node>();
  readonly nodes: Node[] = [];

  constructor(
    readonly regions: Regions,
    readonly chosen: ReadonlySet<number>,
  ) {}

  covers(value: Value | undefined): boolean {
    const region = this.regions.of(value);
    return region !== undefined && this.chosen.has(region);
  }

  visit(node: Node): void {
    const [first] = node.outputs as [Value];
    for (const output of node.outputs) this.#makers.set(output, node);
    if (this.regions.sources.has(first) && this.covers(first)) this.#visitSource(node);
    else if (this.regions.members.has(node) && this.covers(first)) this.#visitMember(node);
    else this.#visitOther(node);
  }

  /** The value that replaces `value` outside of regions. */
  now(value: Value): Value {
    if (!this.covers(value)) return this.#maps.get(value) ?? value;
    const known = this.#maps.get(value);
    if (known) return known;
    const map = this.#reshape(this.#rows.get(value)!, value.type.shape, this.#makers.get(value)!, value.hint);
    this.#maps.set(value, map);
    return map;
  }

  /** The replacement of each value of a region: its map where a node outside takes one, else the row with the same elements. */
  get replaced(): Replacements {
    return new Map([...this.#rows, ...this.#maps]);
  }

  #visitSource(node: Node): void {
    const [x, map] = [node.inputs[0]!, node.outputs[0]!];
    const shape = flatShape(map);
    const row = this.#rows.get(x) ?? this.now(x);
    this.#rows.set(
      map,
      sameShape(row.type.shape, shape) ? row : this.#reshape(row, shape, node, `${map.hint}/${NAME}`),
    );
  }

  #visitMember(node: Node): void {
    const maps = new Set(mapsOf(node));
    const inputs = node.inputs.map((input) => {
      if (input && maps.has(input)) return this.#rows.get(input);
      return node.op === "Conv" && input?.type.shape.length === 4 ? rowKernel(input) : input;
    });
    const attributes =
      node.op === "Conv" ? { ...node.attributes, strides: [1], pads: [0, 0], dilations: [1] } : node.attributes;
    const hints = node.outputs.map(({ hint }) => `${hint}/${NAME}`);
    const made = createNode({ op: node.op, inputs, attributes, origin: marked(node.origin, NAME), hints });
    this.nodes.push(made);
    made.outputs.forEach((row, index) => {
      this.#rows.set(node.outputs[index]!, row);
    });
  }

  #visitOther(node: Node): void {
    const [x] = node.inputs;
    const row = node.op === "Reshape" && this.covers(x) ? this.#rows.get(x!) : undefined;
    if (row && node.op === "Reshape") this.#visitReshape(node, row);
    else this.nodes.push({ ...node, inputs: node.inputs.map((input) => input && this.now(input)) });
  }

  #visitReshape(node: Node<"Reshape">, row: Value): void {
    const [y] = node.outputs as [Value];
    if (sameShape(row.type.shape, y.type.shape)) this.#maps.set(y, row);
    else this.nodes.push({ ...node, inputs: [row], attributes: { shape: y.type.shape } });
  }

  #reshape(x: Value, shape: readonly Size[], like: Node, hint: string): Value {
    const node = createNode({
      op: "Reshape",
      inputs: [x],
      attributes: { shape },
      origin: marked(like.origin, NAME),
      hints: [hint],
    });
    this.nodes.push(node);
    return node.outputs[0]!;
  }
}

/** [filters,c,1,1] as [filters,c,1] */
function rowKernel(weight: Value): Value {
  const stored = weight.constant as LazyTensor; // isPointwise has checked
  const shape = stored.shape.slice(0, 3);
  return lazyConstant({ ...stored, shape, read: () => ({ ...stored.read(), shape }) }, weight.hint);
}

/**
 * pointwise(reshape(x, [n,c,h,w])) = reshape(pointwise(x as [n,c,h*w]), [n,c',h,w]), for 1x1 convolutions, sums, activations,
 * splits and joins of channels: maps that come from rows and go to rows stay rows in between. Applied to a whole region
 * where that leaves fewer reshapes, as in attention over windows.
 */
export const flattenMaps: Pass = {
  name: NAME,
  run: (graph, observer): PassResult => {
    const regions = new Regions(graph);
    const chosen = new Set(regions.worthwhile());
    const rewrites = [...chosen].flatMap((region): Rewrite[] => {
      const members = [...regions.members].filter((node) => regions.of(node.outputs[0]) === region);
      const rewrite = {
        rule: NAME,
        paths: members.map(({ origin }) => origin.path),
        ops: members.map(({ op }) => op),
        accountsFor: [],
      };
      if (observer.allows?.(rewrite) !== false) return [rewrite];
      chosen.delete(region);
      return [];
    });
    if (chosen.size === 0) return { graph, rewrites, replaced: new Map() };
    const rewriter = new Rewriter(regions, chosen);
    for (const node of graph.nodes) rewriter.visit(node);
    const outputs = graph.outputs.map((output) => ({ ...output, value: rewriter.now(output.value) }));
    return { graph: { ...graph, nodes: rewriter.nodes, outputs }, rewrites, replaced: rewriter.replaced };
  },
};
