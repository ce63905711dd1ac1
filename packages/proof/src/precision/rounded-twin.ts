import { createNode, type Graph, type Node, type Value } from "@yolo-compile/ir";

const isHalf = (value: Value | undefined): boolean => value?.type.dtype === "f16";

/**
 * A float16 graph as float32 nodes with a Cast to float16 behind each. On the CPU ONNX Runtime computes float16 nodes in
 * float32 and leaves out the rounding between two of them, so that the graph as it is written would be judged by answers
 * that no hardware with float16 gives; nor would an infinity show.
 */
export function roundedTwin(graph: Graph): Graph {
  const nodes: Node[] = [];
  const rounded = new Map<Value, Value>();
  const widened = new Map<Value, Value>();
  const cast = (value: Value, to: "f16" | "f32", { origin }: Pick<Node, "origin">): Value => {
    const node = createNode({ op: "Cast", inputs: [value], attributes: { to }, origin });
    nodes.push(node);
    return node.outputs[0]!;
  };
  const widen = (value: Value, node: Node): Value => {
    const found = rounded.get(value) ?? value;
    if (!isHalf(found)) return found;
    const known = widened.get(found) ?? cast(found, "f32", node);
    widened.set(found, known);
    return known;
  };
  for (const node of graph.nodes) {
    if (node.op === "Cast" || !node.outputs.some(isHalf)) {
      nodes.push({ ...node, inputs: node.inputs.map((input) => input && (rounded.get(input) ?? input)) });
      continue;
    }
    const { op, attributes, origin } = node;
    const single: Node = createNode({
      op,
      inputs: node.inputs.map((each) => each && widen(each, node)),
      attributes,
      origin,
    });
    nodes.push(single);
    for (const [index, output] of node.outputs.entries())
      if (isHalf(output)) rounded.set(output, cast(single.outputs[index]!, "f16", node));
      else rounded.set(output, single.outputs[index]!);
  }
  const outputs = graph.outputs.map(({ name, value }) => ({ name, value: rounded.get(value) ?? value }));
  return { ...graph, nodes, outputs };
}
