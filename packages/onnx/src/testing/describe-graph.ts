import { formatType, tensorBytes } from "@yolo-compile/core";
import { type Graph, nameNodes, nameValues, type Value } from "@yolo-compile/ir";

/** A graph as text: names, types, attributes, origins, and the bytes instead of the name of each constant. */
export function describeGraph(graph: Graph): string {
  const names = nameValues(graph);
  const nodeNames = nameNodes(graph);
  const show = (value: Value | undefined): string => {
    if (!value) return "_";
    const bytes = value.constant && Array.from(tensorBytes(value.constant.read())).join(" ");
    return `${bytes === undefined ? names.get(value) : `(${bytes})`}: ${formatType(value.type)}`;
  };
  const lines = graph.nodes.map(({ attributes, inputs, op, outputs, origin }, index) => {
    const sorted = JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
    const name = nodeNames.get(graph.nodes[index]!);
    return `${name} (${origin.path}): ${outputs.map(show)} = ${op}(${inputs.map(show).join("; ")}) ${sorted}`;
  });
  return [
    `graph ${graph.name}(${graph.inputs.map(show)})`,
    ...lines,
    ...graph.outputs.map(({ name, value }) => `output ${name} = ${show(value)}`),
    ...[...graph.metadata].map(([key, value]) => `metadata ${key} = ${value}`),
  ].join("\n");
}
