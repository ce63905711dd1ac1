import { castLazily, elementCount, LARGEST_HALF, toFloat64 } from "@yolo-compile/core";
import { createNode, type Graph, lazyConstant, type Node, traitsOf, type Value } from "@yolo-compile/ir";
import type { Pass } from "./pass.js";
import { marked, type Rewrite, rewriteOf } from "./rule.js";

const NAME = "store-half";

/** Constants with fewer elements stay: a Cast costs as many bytes in the file as float16 saves. */
const FEWEST = 128;

/** Float16 holds it but for rounding: there is something to save, and no number is beyond its end. */
function isStorable({ constant }: Value): boolean {
  if (constant?.dtype !== "f32" || elementCount(constant.shape) < FEWEST) return false;
  return toFloat64(constant.read()).every((element) => Math.abs(element) <= LARGEST_HALF);
}

/** The weights of the node that are worth it: of sums of products, since in a decode each constant is a position. */
const weightsOf = (node: Node): readonly Value[] =>
  traitsOf(node).sums === "products" ? node.inputs.flatMap((input) => (input && isStorable(input) ? [input] : [])) : [];

/**
 * The same graph with its weights stored in float16, each with a Cast behind it, so that every node still computes in
 * float32: half the file. ONNX Runtime casts them once, when it loads the model.
 */
export const storeHalf: Pass = {
  name: NAME,
  run: (graph: Graph, observer) => {
    const nodes: Node[] = [];
    const stored = new Map<Value, Value>();
    const rewrites: Rewrite[] = [];
    for (const node of graph.nodes) {
      const weights = weightsOf(node).filter((value) => !stored.has(value));
      const rewrite = rewriteOf(NAME, node);
      if (weights.length > 0 && observer.allows?.(rewrite) !== false) {
        for (const value of weights) {
          const cast = castOf(value, node);
          nodes.push(cast);
          stored.set(value, cast.outputs[0]!);
        }
        rewrites.push(rewrite);
      }
      nodes.push({ ...node, inputs: node.inputs.map((input) => input && (stored.get(input) ?? input)) });
    }
    return { graph: { ...graph, nodes }, rewrites, replaced: new Map() };
  },
};

function castOf({ constant, hint }: Value, user: Node): Node {
  const half = lazyConstant(castLazily(constant!, "f16"), hint); // only constants are storable
  const origin = marked(user.origin, NAME);
  return createNode({ op: "Cast", inputs: [half], attributes: { to: "f32" }, origin, hints: [`${hint}/${NAME}`] });
}
