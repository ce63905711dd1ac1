import type { Graph, Node, OpName } from "@yolo-compile/ir";
import { expandCelu, expandGelu, expandHardSwish, expandIdentity, expandMish, expandSoftmax } from "./expansions.js";
import { checkSupported } from "./opsets.js";

/** The lowering of one op for opsets that do not have the form that the IR keeps. */
export interface Lowering<Op extends OpName = OpName> {
  /** The nodes that replace it, where `when` holds. */
  expand?(node: Node<Op>): readonly Node[];
  when?(node: Node<Op>, opset: number): boolean;
  /** The attribute that ONNX's input 1 is below opset `since`. */
  readonly input1?: { readonly attribute: string; readonly since: number };
}

const below =
  (first: number) =>
  (_: Node, opset: number): boolean =>
    opset < first;

type OverAxes = "ReduceMax" | "ReduceMean" | "ReduceSum" | "Squeeze";

const hasNoAxes = ({ attributes }: Node<OverAxes>): boolean => attributes.axes.length === 0;

function reducesInnerAxis(node: Node<"Softmax" | "LogSoftmax">, opset: number): boolean {
  const { axis } = node.attributes;
  const rank = node.inputs[0]!.type.shape.length;
  return opset < 13 && axis !== -1 && axis !== rank - 1;
}

/** A reduction over no axis changes nothing; ONNX would read it as one over every axis. */
const overAxes = (since: number): Lowering<OverAxes> => ({
  expand: expandIdentity,
  when: hasNoAxes,
  input1: { attribute: "axes", since },
});

/** The ops that some opset lacks in the IR's form; the reader takes from here which inputs were attributes. */
export const LOWERINGS: { readonly [Op in OpName]?: Lowering<Op> } = {
  Celu: { expand: expandCelu, when: (node, opset) => opset < 12 || node.inputs[0]?.type.dtype !== "f32" },
  Gelu: { expand: expandGelu, when: below(20) },
  HardSwish: { expand: expandHardSwish, when: below(14) },
  LogSoftmax: { expand: expandSoftmax, when: reducesInnerAxis },
  Mish: { expand: expandMish, when: below(18) },
  ReduceMax: overAxes(18),
  ReduceMean: overAxes(18),
  ReduceSum: overAxes(13),
  Softmax: { expand: expandSoftmax, when: reducesInnerAxis },
  Split: { input1: { attribute: "split", since: 13 } },
  Squeeze: overAxes(13),
  Unsqueeze: { input1: { attribute: "axes", since: 13 } },
};

/**
 * The graph in ops that `opset` has, with the same outputs. Forms that only differ in how a node is spelled, such as axes
 * as an input, stay; the node writer spells them by {@link LOWERINGS} and its operands.
 * @throws onnx/opset, onnx/input-type
 */
export const lowerGraph = (graph: Graph, opset: number): Graph => ({
  ...graph,
  nodes: graph.nodes.flatMap((node) => lowerNode(node, opset)),
});

function lowerNode(node: Node, opset: number): readonly Node[] {
  const lowering: Lowering | undefined = LOWERINGS[node.op];
  if (lowering?.expand && lowering.when?.(node, opset))
    return lowering.expand(node).flatMap((part) => lowerNode(part, opset));
  checkSupported(node, opset);
  return [node];
}
