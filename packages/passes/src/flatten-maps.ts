import { type LazyTensor, sameShape } from "@yolo-compile/core";
import {
  createNode,
  type Graph,
  integers,
  lazyConstant,
  type Node,
  numberOf,
  numbersOf,
  type Value,
} from "@yolo-compile/ir";
import type { Pass } from "./pass.js";
import type { PassResult, Rewrite } from "./rule.js";

const NAME = "flatten-maps";

const isMap = (value: Value): boolean => value.type.shape.length === 4;

/** [n,c,h,w] as [n,c,h*w] */
const flatShape = ({ type }: Value): number[] => {
  const [n, c, h, w] = type.shape as [number, number, number, number];
  return [n, c, h * w];
};

const isPointwise = (conv: Node): boolean =>
  conv.inputs.slice(1).every((input) => !input || input.constant) &&
  conv.inputs[1]!.type.shape.slice(2).every((size) => size === 1) &&
  numbersOf(conv, "strides").every((step) => step === 1) &&
  numbersOf(conv, "pads").every((pad) => pad === 0);

const sameTypes = (node: Node): boolean =>
  node.inputs.every((input) => input && sameShape(input.type.shape, node.outputs[0]!.type.shape));

const overChannels = (node: Node): boolean => numberOf(node, "axis") === 1;

/** When an op treats every pixel of a map alike, so that its map may as well be a row. */
const PIXELWISE: ReadonlyMap<string, (node: Node) => boolean> = new Map([
  ["Conv", isPointwise],
  ["Add", sameTypes],
  ["Mul", sameTypes],
  ["Relu", () => true],
  ["Sigmoid", () => true],
  ["Concat", overChannels],
  ["Split", overChannels],
]);

/** The inputs of a pixelwise node that are maps. */
const mapsOf = (node: Node): readonly Value[] =>
  node.op === "Conv" || node.op === "Split" ? [node.inputs[0]!] : (node.inputs as readonly Value[]); // none left out

/** Reshapes that make maps, and the pixelwise nodes that depend on nothing else: what can work on rows at no cost. */
class Regions {
  /** Which region a map belongs to. */
  readonly #owner = new Map<Value, number>();
  readonly #merged: number[] = [];
  readonly sources = new Map<Value, Node>();
  readonly members = new Set<Node>();

  constructor(readonly graph: Graph) {
    for (const node of graph.nodes) {
      if (node.op === "Reshape" && isMap(node.outputs[0]!)) this.#open(node);
      else if (PIXELWISE.get(node.op)?.(node) && mapsOf(node).every((map) => this.#owner.has(map))) this.#join(node);
    }
  }

  /** The region of a map, undefined for other values. */
  of(value: Value | undefined): number | undefined {
    const owner = value && this.#owner.get(value);
    return owner === undefined ? undefined : this.#root(owner);
  }

  #open(source: Node): void {
    this.sources.set(source.outputs[0]!, source);
    this.#owner.set(source.outputs[0]!, this.#merged.length);
    this.#merged.push(this.#merged.length);
  }

  #join(node: Node): void {
    const regions = mapsOf(node).map((map) => this.of(map)!); // checked before
    const least = Math.min(...regions);
    for (const region of regions) this.#merged[region] = least;
    for (const output of node.outputs) this.#owner.set(output, least);
    this.members.add(node);
  }

  #root(region: number): number {
    let current = region;
    while (this.#merged[current] !== current) current = this.#merged[current]!;
    return current;
  }

  /** Reshapes that a region saves: those from rows and to rows vanish, maps that others take need one each. */
  *worthwhile(): Generator<number> {
    const saved = new Map<number, number>();
    const add = (region: number, count: number): void => {
      saved.set(region, (saved.get(region) ?? 0) + count);
    };
    const needed = new Set<Value>(this.graph.outputs.map(({ value }) => value));
    for (const node of this.graph.nodes)
      for (const input of node.inputs) {
        const region = this.of(input);
        if (region === undefined || this.members.has(node)) continue;
        if (node.op !== "Reshape") needed.add(input!);
        else if (sameShape(node.outputs[0]!.type.shape, flatShape(input!))) add(region, 1);
      }
    for (const value of needed) if (this.of(value) !== undefined) add(this.of(value)!, -1);
    for (const [map, source] of this.sources)
      if (sameShape(source.inputs[0]!.type.shape, flatShape(map))) add(this.of(map)!, 1);
    const populated = new Set([...this.members].map((node) => this.of(node.outputs[0])));
    for (const [region, count] of saved) if (count > 0 && populated.has(region)) yield region;
  }
}

/** The same graph with some regions on rows. */
class Rewriter {
  readonly #rows = new Map<Value, Value>();
  readonly #maps = new Map<Value, Value>();
  /** The node that a map comes from in the graph before. */
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

  /** What stands for `value` outside of regions. */
  now(value: Value): Value {
    if (!this.covers(value)) return this.#maps.get(value) ?? value;
    const known = this.#maps.get(value);
    if (known) return known;
    const map = this.#reshape(this.#rows.get(value)!, value.type.shape, this.#makers.get(value)!);
    this.#maps.set(value, map);
    return map;
  }

  #visitSource(node: Node): void {
    const [x, map] = [node.inputs[0]!, node.outputs[0]!];
    const shape = flatShape(map);
    const row = this.#rows.get(x) ?? this.now(x);
    this.#rows.set(map, sameShape(row.type.shape, shape) ? row : this.#reshape(row, shape, node));
  }

  #visitMember(node: Node): void {
    const maps = new Set(mapsOf(node));
    const inputs = node.inputs.map((input) => {
      if (input && maps.has(input)) return this.#rows.get(input);
      return node.op === "Conv" && input?.type.shape.length === 4 ? rowKernel(input) : input;
    });
    const attributes =
      node.op === "Conv" ? { ...node.attributes, strides: [1], pads: [0, 0], dilations: [1] } : node.attributes;
    const made = createNode({ op: node.op, inputs, attributes, origin: originOf(node) });
    this.nodes.push(made);
    made.outputs.forEach((row, index) => {
      this.#rows.set(node.outputs[index]!, row);
    });
  }

  #visitOther(node: Node): void {
    const [x] = node.inputs;
    const row = node.op === "Reshape" && this.covers(x) ? this.#rows.get(x!) : undefined;
    if (!row) this.nodes.push({ ...node, inputs: node.inputs.map((input) => input && this.now(input)) });
    else this.#visitReshape(node, row);
  }

  #visitReshape(node: Node, row: Value): void {
    const [y] = node.outputs as [Value];
    if (sameShape(row.type.shape, y.type.shape)) this.#maps.set(y, row);
    else this.nodes.push({ ...node, inputs: [row, integers(y.type.shape, "shape")] });
  }

  #reshape(x: Value, shape: readonly number[], like: Node): Value {
    const node = createNode({ op: "Reshape", inputs: [x, integers(shape, "shape")], origin: originOf(like) });
    this.nodes.push(node);
    return node.outputs[0]!;
  }
}

const originOf = ({ origin }: Node): Node["origin"] => ({ path: origin.path, rules: [...origin.rules, NAME] });

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
  run: (graph): PassResult => {
    const regions = new Regions(graph);
    const chosen = new Set(regions.worthwhile());
    if (chosen.size === 0) return { graph, rewrites: [] };
    const rewriter = new Rewriter(regions, chosen);
    for (const node of graph.nodes) rewriter.visit(node);
    const outputs = graph.outputs.map((output) => ({ ...output, value: rewriter.now(output.value) }));
    const rewrites = [...chosen].map((region): Rewrite => {
      const members = [...regions.members].filter((node) => regions.of(node.outputs[0]) === region);
      return { rule: NAME, paths: members.map(({ origin }) => origin.path), ops: members.map(({ op }) => op) };
    });
    return { graph: { ...graph, nodes: rewriter.nodes, outputs }, rewrites };
  },
};
