import { Graph, layout } from "@dagrejs/dagre";

/** In pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** In pixels, to the right and down. */
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

/** Room between boxes, in pixels. */
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
  node(name: string): Point;
  edge(from: string, to: string): { readonly points: readonly Point[] };
}

/** The most boxes of one drawing: dagre recurses along chains, and nobody follows more boxes by eye. */
export const MOST_BOXES = 200;

/** Places boxes, from 1 to `MOST_BOXES`, and edges, which are pairs of positions in `sizes`. */
export function layOut(
  sizes: readonly Size[],
  edges: readonly (readonly [from: number, to: number])[],
  { beside, below }: Spacing,
): Drawing {
  const graph: LaidOutGraph = new Graph();
  graph.setGraph({ rankdir: "TB", nodesep: beside, ranksep: below, edgesep: 10 });
  graph.setDefaultEdgeLabel(() => ({}));
  // Positions as names: a graph's own ids may be anything, also what an object has already.
  for (const [index, { width, height }] of sizes.entries()) graph.setNode(`${index}`, { width, height });
  for (const [from, to] of edges) graph.setEdge(`${from}`, `${to}`);
  layout(graph);
  return frame(
    sizes,
    sizes.map((_, index) => graph.node(`${index}`)),
    edges.map(([from, to]) => graph.edge(`${from}`, `${to}`).points),
  );
}

/** Room around a drawing, for strokes. */
const MARGIN = 3;

/** Moves a drawing into its frame. dagre's own frame leaves out edges that pass beside all boxes. */
function frame(sizes: readonly Size[], boxes: readonly Point[], edges: readonly (readonly Point[])[]): Drawing {
  const corners = boxes.flatMap(({ x, y }, index) => {
    const { width, height } = sizes[index]!; // as many sizes as boxes
    return [
      { x: x - width / 2, y: y - height / 2 },
      { x: x + width / 2, y: y + height / 2 },
    ];
  });
  const points = [...corners, ...edges.flat()];
  const [left, right] = extent(points.map(({ x }) => x));
  const [top, bottom] = extent(points.map(({ y }) => y));
  const move = ({ x, y }: Point): Point => ({ x: x - left + MARGIN, y: y - top + MARGIN });
  return {
    width: right - left + 2 * MARGIN,
    height: bottom - top + 2 * MARGIN,
    boxes: boxes.map(move),
    edges: edges.map((edge) => edge.map(move)),
  };
}

/** Least and greatest; a drawing has too many points to be the arguments of one call. */
const extent = (values: readonly number[]): readonly [number, number] =>
  values.reduce<readonly [number, number]>(
    ([least, greatest], value) => [Math.min(least, value), Math.max(greatest, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
