import { sameShape } from "@yolo-compile/core";
import type { Graph, Node, OpName, Value } from "@yolo-compile/ir";

/** An empty map stays: a Reshape takes 0 for the size of that axis of its input. */
const isMap = ({ type }: Value): boolean => type.shape.length === 4 && !type.shape.includes(0);

/** [n,c,h,w] as [n,c,h*w] */
export const flatShape = ({ type }: Value): number[] => {
  const [n, c, h, w] = type.shape as [number, number, number, number];
  return [n, c, h * w];
};

const isPointwise = (conv: Node<"Conv">): boolean =>
  conv.inputs.slice(1).every((input) => !input || input.constant) &&
  conv.inputs[1]!.type.shape.slice(2).every((size) => size === 1) &&
  conv.attributes.strides.every((step) => step === 1) &&
  conv.attributes.pads.every((pad) => pad === 0);

const sameTypes = (node: Node): boolean =>
  node.inputs.every((input) => input && sameShape(input.type.shape, node.outputs[0]!.type.shape));

const overChannels = (node: Node<"Concat" | "Split">): boolean => node.attributes.axis === 1;

/** When an op treats every pixel of a map alike, so that its map may as well be a row. */
const PIXELWISE: { readonly [Op in OpName]?: (node: Node<Op>) => boolean } = {
  Conv: isPointwise,
  Add: sameTypes,
  Mul: sameTypes,
  Relu: () => true,
  Sigmoid: () => true,
  Concat: overChannels,
  Split: overChannels,
};

const isPixelwise = <Op extends OpName>(node: Node<Op>): boolean => PIXELWISE[node.op as Op]?.(node) ?? false;

/** The inputs of a pixelwise node that are maps. */
export const mapsOf = (node: Node): readonly Value[] =>
  node.op === "Conv" || node.op === "Split" ? [node.inputs[0]!] : (node.inputs as readonly Value[]); // none left out

/** Reshapes that make maps, and the pixelwise nodes that depend on nothing else: what can work on rows at no cost. */
export class Regions {
  /** Which region a map belongs to. */
  readonly #owner = new Map<Value, number>();
  readonly #merged: number[] = [];
  readonly sources = new Map<Value, Node>();
  readonly members = new Set<Node>();

  constructor(readonly graph: Graph) {
    for (const node of graph.nodes) {
      if (node.op === "Reshape" && isMap(node.outputs[0]!)) this.#open(node);
      else if (isPixelwise(node) && mapsOf(node).every((map) => this.#owner.has(map))) this.#join(node);
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
