import { castTensor } from "@yolo-compile/core";
import { createNode, type Graph, lazyConstant, type Node, type Origin, traitsOf, type Value } from "@yolo-compile/ir";
import type { Pass } from "./pass.js";
import type { Rewrite } from "./rule.js";

const NAME = "to-half";

type Precision = "f16" | "f32";

const isSingle = (value: Value | undefined): boolean => value?.type.dtype === "f32";

const marked = ({ path, rules }: Origin): Origin => ({ path, rules: [...rules, NAME] });

/** Rebuilds a graph with some nodes in float16, and casts where both precisions meet. */
class Mixer {
  readonly nodes: Node[] = [];
  /** The replacement of each value of the graph before, in the precision of the node that made it. */
  readonly made = new Map<Value, Value>();
  readonly #cast = new Map<Value, Value>();

  /** The replacement of `value` for a node that computes in `precision`. A value that is not float32 stays as it is. */
  in(value: Value, precision: Precision): Value {
    const made = this.made.get(value) ?? value;
    if (!isSingle(value) || made.type.dtype === precision) return made;
    const known =
      this.#cast.get(made) ?? (value.constant ? halfConstant(value) : this.#castNode(value, made, precision));
    this.#cast.set(made, known);
    return known;
  }

  keep(node: Node): void {
    this.nodes.push({ ...node, inputs: node.inputs.map((input) => input && this.in(input, "f32")) });
  }

  /** Adds the node in float16. A Cast to float32 is one to float16 then. */
  halve(node: Node): void {
    const { singleInputs } = traitsOf(node);
    const inputs = node.inputs.map(
      (input, index) => input && this.in(input, singleInputs?.includes(index) ? "f32" : "f16"),
    );
    const attributes = node.op === "Cast" && node.attributes.to === "f32" ? { to: "f16" } : node.attributes;
    const hints = node.outputs.map(({ hint }) => hint);
    const made: Node = createNode({ op: node.op, inputs, attributes, origin: marked(node.origin), hints });
    this.nodes.push(made);
    node.outputs.forEach((output, index) => {
      this.made.set(output, made.outputs[index]!);
    });
  }

  #castNode(value: Value, made: Value, to: Precision): Value {
    const origin = marked({ path: "", rules: [] });
    const hints = [`${value.hint}/${NAME}`];
    const node = createNode({ op: "Cast", inputs: [made], attributes: { to }, origin, hints });
    this.nodes.push(node);
    return node.outputs[0]!;
  }
}

function halfConstant({ hint, constant }: Value): Value {
  const stored = constant!; // the caller has looked
  return lazyConstant({ dtype: "f16", shape: stored.shape, read: () => castTensor(stored.read(), "f16") }, hint);
}

/**
 * The same graph in float16: inputs are rounded on the way in, constants when they are read, every node computes and rounds
 * in float16, outputs are float32 again. A node that is refused computes in float32, between casts. Values that are not
 * float32 stay as they are.
 */
export const toHalf: Pass = {
  name: NAME,
  run: (graph: Graph, observer) => {
    const mixer = new Mixer();
    const rewrites: Rewrite[] = [];
    for (const node of graph.nodes) {
      const rewrite: Rewrite = { rule: NAME, paths: [node.origin.path], ops: [node.op], accountsFor: [] };
      const computes = [...node.inputs, ...node.outputs].some(isSingle);
      if (!computes || observer.allows?.(rewrite) === false) mixer.keep(node);
      else {
        mixer.halve(node);
        rewrites.push(rewrite);
      }
    }
    const outputs = graph.outputs.map(({ name, value }) => ({ name, value: mixer.in(value, "f32") }));
    return { graph: { ...graph, nodes: mixer.nodes, outputs }, rewrites, replaced: mixer.made };
  },
};
