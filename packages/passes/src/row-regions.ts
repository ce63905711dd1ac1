import { multiplySizes, type Size, sameShape } from "@yolo-compile/core";
import { type Graph, type Node, pixelwiseInputs, type Value } from "@yolo-compile/ir";

/** Empty maps are left out: a Reshape takes 0 for the size of that axis of its input. */
const isMap = ({ type }: Value): boolean => type.shape.length === 4 && !type.shape.includes(0);

/** [n,c,h,w] as [n,c,h*w] */
export const flatShape = ({ type }: Value): Size[] => {
  const [n, c, h, w] = type.shape as [Size, Size, Size, Size];
  return [n, c, multiplySizes(h, w)];
};

/**
 * The inputs of a node that may as well be rows: maps whose pixels it treats all alike. None where another input is
 * computed.
 */
export function mapsOf(node: Node): readonly Value[] {
  const maps = pixelwiseInputs(node);
  const fixed = node.inputs.every((input, index) => maps.includes(index) || !input || input.constant);
  return fixed ? maps.map((index) => node.inputs[index]!) : [];
}

/**
 * The connected regions of a graph that can work on rows at no cost: Reshapes that make maps, and the pixelwise nodes whose
 * maps all come from such.
 */
export class Regions {
  /** The region of each map. */
  readonly #owner = new Map<Value, number>();
  readonly #merged: number[] = [];
  readonly sources = new Map<Value, Node>();
  readonly members = new Set<Node>();

  constructor(readonly graph: Graph) {
    for (const node of graph.nodes) {
      if (node.op === "Reshape" && isMap(node.outputs[0]!)) this.#open(node);
      else this.#join(node);
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

  /** Makes the node a member of the regions of its maps, which become one; nothing where a map has no region. */
  #join(node: Node): void {
    const regions = mapsOf(node).map((map) => this.of(map));
    if (regions.length === 0 || !regions.every((region) => region !== undefined)) return;
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

  /** The regions in which rows save reshapes: those from rows and to rows vanish, maps that other nodes take need one each. */
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
