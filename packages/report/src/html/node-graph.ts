import type { DiagramNode, NodeDiagram } from "../report.js";
import { classAttribute } from "./class-attribute.js";
import { edgePath } from "./edge-path.js";
import { coordinate } from "./figures.js";
import { layOut, MOST_BOXES, type Point, type Size } from "./lay-out.js";
import { html, type Markup } from "./markup.js";

const BOX_HEIGHT = 22;
/** Width of a letter in a box, on average, in pixels; the padding is that of both sides of the name. */
const LETTER = 6.6;
const PADDING = 16;

/** The least scale of a drawing that shrinks to fit its frame; beyond it the frame scrolls. */
const SMALLEST = 0.7;

/** The nodes of one graph, drawn. `counterparts` are those of the other graph: nodes without one are marked. */
export function nodeGraph(diagram: NodeDiagram, counterparts: readonly DiagramNode[], label: string): Markup {
  const { nodes, edges } = diagram;
  if (nodes.length === 0) return html`<p class="quiet">No nodes are left.</p>`;
  if (nodes.length > MOST_BOXES) return html`<p class="quiet">Too many nodes to draw.</p>`;
  const sizes = nodes.map(({ op }): Size => ({ width: op.length * LETTER + PADDING, height: BOX_HEIGHT }));
  const positions = new Map(nodes.map(({ id }, index) => [id, index]));
  const drawn = edges.flatMap(([from, to]): [number, number][] => {
    const [tail, head] = [positions.get(from), positions.get(to)];
    return tail === undefined || head === undefined ? [] : [[tail, head]];
  });
  const { width, height, boxes, edges: lines } = layOut(sizes, drawn, { beside: 14, below: 18 });
  const known = new Set(counterparts.map(identity));
  return html`
<svg class="nodes" role="img" aria-label="${label}" viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}" style="max-width:${Math.ceil(width)}px;min-width:${Math.ceil(width * SMALLEST)}px">
${lines.map((points) => edgePath(points, 3))}
${nodes.map((node, index) => nodeBox(node, boxes[index]!, sizes[index]!, known.has(identity(node))))}
</svg>`;
}

const identity = ({ op, path }: DiagramNode): string => JSON.stringify([op, path]);

function nodeBox(node: DiagramNode, { x, y }: Point, { width, height }: Size, kept: boolean): Markup {
  const rules = node.rules.length > 0 ? `\n${node.rules.join(", ")}` : "";
  const state = node.rules.length > 0 ? "rewritten" : !kept && "gone";
  return html`<g${classAttribute("node", state)}><title>${node.op}\n${node.path}${rules}</title><rect x="${coordinate(x - width / 2)}" y="${coordinate(y - height / 2)}" width="${coordinate(width)}" height="${height}" rx="5"/><text x="${coordinate(x)}" y="${coordinate(y + 4)}">${node.op}</text></g>`;
}
