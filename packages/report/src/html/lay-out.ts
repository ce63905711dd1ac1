import { Graph, layout } from "@dagrejs/dagre";

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A drawing of a graph from top to bottom, in pixels. */
export interface Drawing extends Size {
  /** The middle of each box, in the order given. */
  readonly boxes: readonly Point[];
  /** The corners of each edge, in the order given. */
  readonly edges: readonly (readonly Point[])[];
}

export interface Spacing {
  /** Between boxes beside each other. */
  readonly beside: number;
  /** Between boxes below each other. */
  readonly below: number;
}

/** The part of dagre that is used. Its own types name their files without extensions, so they are not found here. */
interface LaidOutGraph {
  setGraph(label: object): void;
  setDefaultEdgeLabel(label: () => object): void;
  setNode(name: string, label: Size): void;
  setEdge(from: string, to: string): void;
  graph(): Partial<Size>;
  node(name: string): Point;
  edge(from: string, to: string): { readonly points: readonly Point[] };
}

/** Of one drawing: dagre recurses along chains, and nobody follows more boxes by eye. */
export const MOST_BOXES = 200;

/** Places boxes, from 1 to `MOST_BOXES`, and edges, which are pairs of positions in `sizes`. */
export function layOut(
  sizes: readonly Size[],
  edges: readonly (readonly [from: number, to: number])[],
  { beside, below }: Spacing,
): Drawing {
  const graph: LaidOutGraph = new Graph();
  graph.setGraph({ rankdir: "TB", nodesep: beside, ranksep: below, edgesep: 10, marginx: 2, marginy: 2 });
  graph.setDefaultEdgeLabel(() => ({}));
  // Positions as names: a graph's own ids may be anything, also what an object has already.
  for (const [index, { width, height }] of sizes.entries()) graph.setNode(`${index}`, { width, height });
  for (const [from, to] of edges) graph.setEdge(`${from}`, `${to}`);
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    boxes: sizes.map((_, index) => graph.node(`${index}`)),
    edges: edges.map(([from, to]) => graph.edge(`${from}`, `${to}`).points),
  };
}
