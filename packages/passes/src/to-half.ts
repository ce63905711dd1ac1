import { castTensor, type LazyTensor } from "@yolo-compile/core";
import { createNode, type Graph, lazyConstant, type Node, type Origin, traitsOf, type Value } from "@yolo-compile/ir";

const NAME = "to-half";

/**
 * The same graph in float16: inputs are rounded on the way in, constants when they are read, every node computes and rounds in
 * float16, outputs are float32 again. What is no float32 stays as it is.
 */
export function toHalf(graph: Graph): Graph {
  const halves = new Map<Value, Value>();
  const nodes: Node[] = [];
  const cast = (value: Value, to: "f16" | "f32", hint: string): Value => {
    const node = createNode({ op: "Cast", inputs: [value], attributes: { to }, origin: marked(), hints: [hint] });
    nodes.push(node);
    return node.outputs[0]!;
  };
  const half = (value: Value): Value => {
    const known = halves.get(value);
    if (known) return known;
    if (value.type.dtype !== "f32" || !value.constant) return value;
    const made = halfConstant(value, value.constant);
    halves.set(value, made);
    return made;
  };
  for (const input of graph.inputs)
    if (input.type.dtype === "f32") halves.set(input, cast(input, "f16", `${input.hint}/${NAME}`));
  for (const node of graph.nodes) {
    const { singleInputs } = traitsOf(node);
    const inputs = node.inputs.map((input, index) => (input && !singleInputs?.includes(index) ? half(input) : input));
    const hints = node.outputs.map(({ hint }) => hint);
    const attributes = node.op === "Cast" && node.attributes.to === "f32" ? { to: "f16" } : node.attributes;
    const made = createNode({ op: node.op, inputs, attributes, origin: marked(node.origin), hints });
    nodes.push(made);
    node.outputs.forEach((output, index) => {
      halves.set(output, made.outputs[index]!);
    });
  }
  const outputs = graph.outputs.map(({ name, value }) => {
    const found = half(value);
    return { name, value: value.type.dtype === "f32" ? cast(found, "f32", `${value.hint}/${NAME}`) : found };
  });
  return { ...graph, nodes, outputs };
}

const marked = (origin: Origin = { path: "", rules: [] }): Origin => ({ ...origin, rules: [...origin.rules, NAME] });

const halfConstant = (value: Value, stored: LazyTensor): Value =>
  lazyConstant({ dtype: "f16", shape: stored.shape, read: () => castTensor(stored.read(), "f16") }, value.hint);
