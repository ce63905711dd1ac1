import { tensorOf } from "@yolo-compile/core";
import {
  constantValue,
  createNode,
  type GivenAttributesOf,
  type Node,
  type OpName,
  type Value,
} from "@yolo-compile/ir";

/** Nodes that compute together what one node does. The last one takes over the outputs. */
class Expansion {
  readonly #nodes: Node[] = [];

  constructor(readonly node: Node) {}

  op<Op extends OpName>(op: Op, inputs: Node["inputs"], attributes?: GivenAttributesOf<Op>): Value {
    const node: Node = createNode({ op, inputs, attributes, origin: this.node.origin });
    this.#nodes.push(node);
    return node.outputs[0]!;
  }

  /** A scalar of the element type of the node. */
  scalar(value: number, hint: string): Value {
    return constantValue(tensorOf(this.node.inputs[0]!.type.dtype, [], [value]), hint);
  }

  finish(): readonly Node[] {
    const last = this.#nodes.at(-1)!;
    return [...this.#nodes.slice(0, -1), { ...last, outputs: this.node.outputs }];
  }
}

/** Gelu(x) = x * (1 + erf(x / √2)) * 0.5, or x * (1 + tanh(√(2/π) * (x + 0.044715 * x³))) * 0.5 */
export function expandGelu(node: Node<"Gelu">): readonly Node[] {
  const to = new Expansion(node);
  const x = node.inputs[0]!;
  const bell = node.attributes.approximate === "tanh" ? geluTanh(to, x) : geluErf(to, x);
  const doubled = to.op("Mul", [x, to.op("Add", [bell, to.scalar(1, "one")])]);
  to.op("Mul", [doubled, to.scalar(0.5, "half")]);
  return to.finish();
}

const geluErf = (to: Expansion, x: Value): Value => to.op("Erf", [to.op("Div", [x, to.scalar(Math.SQRT2, "sqrt2")])]);

function geluTanh(to: Expansion, x: Value): Value {
  const cube = to.op("Mul", [to.op("Mul", [x, x]), x]);
  const inner = to.op("Add", [x, to.op("Mul", [cube, to.scalar(0.044715, "cubic")])]);
  return to.op("Tanh", [to.op("Mul", [inner, to.scalar(Math.sqrt(2 / Math.PI), "scale")])]);
}

/** Mish(x) = x * tanh(softplus(x)) */
export function expandMish(node: Node): readonly Node[] {
  const to = new Expansion(node);
  const x = node.inputs[0]!;
  to.op("Mul", [x, to.op("Tanh", [to.op("Softplus", [x])])]);
  return to.finish();
}

/** HardSwish(x) = x * max(0, min(1, x / 6 + 0.5)) */
export function expandHardSwish(node: Node): readonly Node[] {
  const to = new Expansion(node);
  const x = node.inputs[0]!;
  to.op("Mul", [x, to.op("HardSigmoid", [x], { alpha: 1 / 6, beta: 0.5 })]);
  return to.finish();
}

/** Celu(x) = alpha * elu(x / alpha), for alpha > 0 */
export function expandCelu(node: Node<"Celu">): readonly Node[] {
  const to = new Expansion(node);
  const alpha = to.scalar(node.attributes.alpha, "alpha");
  to.op("Mul", [alpha, to.op("Elu", [to.op("Div", [node.inputs[0], alpha])])]);
  return to.finish();
}

/** Softmax over an inner axis = the same over the last one, between two transposes that swap both. */
export function expandSoftmax(node: Node<"Softmax" | "LogSoftmax">): readonly Node[] {
  const to = new Expansion(node);
  const perm = node.inputs[0]!.type.shape.map((_, axis) => axis);
  const last = perm.length - 1;
  const axis = perm.at(node.attributes.axis)!;
  perm[axis] = last;
  perm[last] = axis;
  to.op("Transpose", [to.op(node.op, [to.op("Transpose", [node.inputs[0]], { perm })], { axis: -1 })], { perm });
  return to.finish();
}

/** y = x */
export function expandIdentity(node: Node): readonly Node[] {
  const to = new Expansion(node);
  to.op("Identity", [node.inputs[0]]);
  return to.finish();
}
