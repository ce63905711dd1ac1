import type { DiagramRow, NodeDiagram } from "../report.js";
import { MOST_BOXES } from "./lay-out.js";

/** The nodes of one drawing: a row, or one of its blocks where the row is too large. */
export interface DiagramPart {
  /** The prefix of the paths of its nodes; empty for a whole row. */
  readonly path: string;
  readonly before: NodeDiagram;
  readonly after: NodeDiagram;
}

/** The most dots of a path that divide a row: blocks lie less deep, and a path may hold anything. */
const DEEPEST = 12;

/** A row in parts that can be drawn: a large one is divided where its paths divide, `model.0.blocks1.0` and so on. */
export const diagramParts = ({ before, after }: Pick<DiagramRow, "before" | "after">): readonly DiagramPart[] =>
  divide({ path: "", before, after }, 1);

function divide(part: DiagramPart, depth: number): readonly DiagramPart[] {
  const nodes = [...part.before.nodes, ...part.after.nodes];
  const drawable = part.before.nodes.length <= MOST_BOXES && part.after.nodes.length <= MOST_BOXES;
  const divisible = depth <= DEEPEST && nodes.some(({ path }) => path.split(".").length >= depth);
  if (drawable || !divisible) return [part];
  const prefixes = [...new Set(nodes.map(({ path }) => prefixOf(path, depth)))];
  if (prefixes.length === 1) return divide(part, depth + 1);
  return prefixes.flatMap((path) =>
    divide({ path, before: within(part.before, path, depth), after: within(part.after, path, depth) }, depth + 1),
  );
}

const prefixOf = (path: string, depth: number): string => path.split(".").slice(0, depth).join(".");

/** The nodes of one prefix and the edges among them. */
function within({ nodes, edges }: NodeDiagram, prefix: string, depth: number): NodeDiagram {
  const own = nodes.filter(({ path }) => prefixOf(path, depth) === prefix);
  const ids = new Set(own.map(({ id }) => id));
  return { nodes: own, edges: edges.filter(([from, to]) => ids.has(from) && ids.has(to)) };
}
