import { castLazily } from "@yolo-compile/core";
import { createNode, type Graph, lazyConstant, type Node, traitsOf, type Value } from "@yolo-compile/ir";
import type { Pass } from "./pass.js";
import { marked, type Rewrite, rewriteOf } from "./rule.js";

const NAME = "to-half";

/** The two precisions of a mixed graph. */
export type Precision = "f16" | "f32";

/** The parts of a graph that become float16. */
export interface HalfOptions {
  /** Nodes that compute in float32. Left out, none do. */
  readonly keep?: { has(node: Node): boolean };
  /** The precision of inputs and outputs. Left out, float32. */
  readonly io?: Precision;
}

const isSingle = (value: Value | undefined): boolean => value?.type.dtype === "f32";

/** Whether a node has numbers that float16 could hold. */
export const computesInSingle = (node: Node): boolean => [...node.inputs, ...node.outputs].some(isSingle);

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
    const known = this.#cast.get(made) ?? this.#castTo(value, made, precision);
    this.#cast.set(made, known);
    return known;
  }

  /** An input of the graph, in that precision. */
  input(value: Value, precision: Precision): Value {
    if (!isSingle(value) || precision === "f32") return value;
    const half: Value = { type: { ...value.type, dtype: "f16" }, hint: value.hint };
    this.made.set(value, half);
    return half;
  }

  keep(node: Node): void {
    this.nodes.push({ ...node, inputs: node.inputs.map((input) => input && this.in(input, "f32")) });
  }

  /** Adds the node in float16. A Cast to float32 is one to float16 then, or none where its input is float16 already. */
  halve(node: Node): void {
    const { singleInputs } = traitsOf(node);
    const inputs = node.inputs.map(
      (input, index) => input && this.in(input, singleInputs?.includes(index) ? "f32" : "f16"),
    );
    const isCast = node.op === "Cast" && node.attributes.to === "f32";
    // ONNX Runtime 1.30 does not load a Cast between equal types beside the casts that it inserts itself.
    if (isCast && inputs[0]!.type.dtype === "f16") {
      this.made.set(node.outputs[0]!, inputs[0]!);
      return;
    }
    const attributes = isCast ? { to: "f16" } : node.attributes;
    const hints = node.outputs.map(({ hint }) => hint);
    const made: Node = createNode({ op: node.op, inputs, attributes, origin: marked(node.origin, NAME), hints });
    this.nodes.push(made);
    node.outputs.forEach((output, index) => {
      this.made.set(output, made.outputs[index]!);
    });
  }

  #castTo(value: Value, made: Value, to: Precision): Value {
    if (value.constant) return lazyConstant(castLazily(value.constant, to), value.hint);
    const origin = marked({ path: "", rules: [] }, NAME);
    const hints = [`${value.hint}/${NAME}`];
    const node = createNode({ op: "Cast", inputs: [made], attributes: { to }, origin, hints });
    this.nodes.push(node);
    return node.outputs[0]!;
  }
}

/**
 * The same graph in float16: constants are rounded when they are read, every node computes and rounds in float16. Nodes that
 * are kept or refused compute in float32, between casts; inputs and outputs are float32 too unless `io` says otherwise.
 * Values that are not float32 stay as they are.
 */
export const toHalf = ({ keep, io = "f32" }: HalfOptions = {}): Pass => ({
  name: NAME,
  run: (graph: Graph, observer) => {
    const mixer = new Mixer();
    const rewrites: Rewrite[] = [];
    const inputs = graph.inputs.map((input) => mixer.input(input, io));
    for (const node of graph.nodes) {
      const rewrite = rewriteOf(NAME, node);
      const stays = !computesInSingle(node) || keep?.has(node) || observer.allows?.(rewrite) === false;
      if (stays) mixer.keep(node);
      else {
        mixer.halve(node);
        rewrites.push(rewrite);
      }
    }
    const outputs = graph.outputs.map(({ name, value }) => ({ name, value: mixer.in(value, io) }));
    return { graph: { ...graph, inputs, nodes: mixer.nodes, outputs }, rewrites, replaced: mixer.made };
  },
});
