import type { Node } from "@yolo-compile/ir";
import { change, changeConstant, changeNode } from "../edit.js";
import type { MutationOperator } from "../mutation.js";

/** PyTorch's default for BatchNormalization; YOLOv5 sets 1e-3. */
const TORCH_EPSILON = 1e-5;

const epsilon = (node: Node<"BatchNormalization">): Node =>
  changeNode(node, { attributes: { epsilon: TORCH_EPSILON } });

const ZERO_AND_ONE: readonly (readonly [input: number, name: string, value: number])[] = [
  [2, "bias", 0],
  [3, "mean", 0],
  [4, "variance", 1],
];

/** Mistakes that a rewrite would make on its way: the plain graph is changed, then optimised. */
export const PLAIN_OPERATORS: readonly MutationOperator[] = [
  {
    name: "mistake-every-epsilon",
    ops: ["BatchNormalization"],
    stage: "plain",
    mutate: (node, { nodes }) => {
      const norms = nodes.filter((other) => other.op === "BatchNormalization");
      if (norms[0] !== node) return undefined;
      return {
        change: `epsilon of all ${norms.length} BatchNormalizations is ${TORCH_EPSILON}`,
        edits: new Map(norms.map((norm) => [norm, [epsilon(norm)]])),
      };
    },
  },
  {
    name: "mistake-epsilon",
    ops: ["BatchNormalization"],
    stage: "plain",
    mutate: (node) => change(node, `epsilon is ${TORCH_EPSILON}`, { attributes: { epsilon: TORCH_EPSILON } }),
  },
  {
    name: "forget-statistic",
    ops: ["BatchNormalization"],
    stage: "plain",
    mutate: (node, { pick }) => {
      const [input, name, value] = ZERO_AND_ONE[pick(ZERO_AND_ONE.length)]!;
      return changeConstant(node, input, `the ${name} is ${value}`, (numbers) => numbers.fill(value));
    },
  },
  {
    name: "lose-folded-scale",
    ops: ["Mul"],
    stage: "plain",
    mutate: (node) => {
      const index = node.inputs.findIndex((input) => input?.constant && input.type.shape.length === 0);
      return index < 0 ? undefined : changeConstant(node, index, "the scale is 1", (numbers) => numbers.fill(1));
    },
  },
];
