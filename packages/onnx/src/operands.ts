import { areFixed, int64s, isFixed, type Size, sameSize, tensorOf } from "@yolo-compile/core";
import {
  type Attributes,
  constantValue,
  type Graph,
  type Node,
  type OpName,
  type Origin,
  type Value,
} from "@yolo-compile/ir";
import { SizeArithmetic } from "./size-arithmetic.js";

/** A node in ONNX's form: sizes, axes and scales are inputs. */
export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  /** The IR's attributes, without those that became inputs. */
  readonly attributes: Attributes;
  readonly origin: Origin;
}

/** The attributes of an op of the IR that are inputs in ONNX. */
interface Spelling<Op extends OpName> {
  readonly operands: readonly OperandsOf<Op>[];
  inputs(node: Node<Op>, sizes: SizeArithmetic, opset: number): OnnxNode["inputs"];
}

const integers = (list: readonly number[], hint: string): Value => constantValue(int64s(list), hint);

/** i64[] */
const integer = (value: number, hint: string): Value => constantValue(tensorOf("i64", [], [value]), hint);

const singles = (list: readonly number[], hint: string): Value =>
  constantValue(tensorOf("f32", [list.length], list), hint);

const axes = {
  operands: ["axes"],
  inputs: ({ inputs, attributes }: Node<"ReduceMean" | "ReduceMax" | "ReduceSum" | "Squeeze" | "Unsqueeze">) => [
    inputs[0],
    integers(attributes.axes, "axes"),
  ],
} as const;

type OperandsOf<Op extends OpName> = { [Name in Op]: keyof Node<Name>["attributes"] & string }[Op];

const SPELLINGS: { readonly [Op in OpName]?: Spelling<Op> } = {
  Expand: {
    operands: ["shape"],
    inputs: (node, sizes) => [node.inputs[0], sizes.vector(expandedTo(node), "shape")],
  },
  NonMaxSuppression: { operands: ["count"], inputs: ({ inputs }) => inputs },
  Pad: {
    operands: ["pads"],
    inputs: ({ inputs: [x, ...value], attributes }, sizes) => [x, sizes.vector(attributes.pads, "pads"), ...value],
  },
  Range: {
    operands: ["limit"],
    inputs: ({ attributes }, sizes) => [
      integer(0, "start"),
      sizes.scalar(attributes.limit[0]!, "limit"), // the op has one
      integer(1, "delta"),
    ],
  },
  ReduceMax: axes,
  ReduceMean: axes,
  ReduceSum: axes,
  Reshape: {
    operands: ["shape"],
    inputs: (node, sizes) => [node.inputs[0], sizes.vector(reshapedTo(node), "shape")],
  },
  Resize: {
    operands: ["scales", "sizes"],
    inputs: ({ inputs: [x], attributes }, sizes, opset) => {
      // Before opset 13 roi and scales may not be left out; empty ones say the same.
      const absent = (hint: string): Value | undefined => (opset < 13 ? singles([], hint) : undefined);
      if (attributes.scales.length > 0) return [x, absent("roi"), singles(attributes.scales, "scales")];
      return [x, absent("roi"), absent("scales"), sizes.vector(attributes.sizes, "sizes")];
    },
  },
  Slice: { operands: ["starts", "ends", "axes", "steps"], inputs: sliceInputs },
  Split: {
    operands: ["sizes"],
    inputs: ({ inputs, attributes }, sizes) => [inputs[0], sizes.vector(attributes.sizes, "sizes")],
  },
  Squeeze: axes,
  TopK: { operands: ["k"], inputs: ({ inputs, attributes }) => [inputs[0], integers([attributes.k], "k")] },
  Unsqueeze: axes,
};

/** A size that the input has at the same axis becomes 0; of the others one may become -1. */
function reshapedTo({ inputs, attributes }: Node<"Reshape">): readonly Size[] {
  const given = attributes.shape;
  if (areFixed(given)) return given;
  const { shape } = inputs[0]!.type;
  const kept = given.map((size, axis) => (!isFixed(size) && sameSize(size, shape[axis]) ? 0 : size));
  const open = kept.includes(-1) ? -1 : kept.findIndex((size) => !isFixed(size));
  return kept.map((size, axis) => (axis === open ? -1 : size));
}

/** A size that the input has at the same axis becomes 1, which broadcasts to it. */
function expandedTo({ inputs, attributes }: Node<"Expand">): readonly Size[] {
  const { shape } = inputs[0]!.type;
  const ahead = attributes.shape.length - shape.length;
  return attributes.shape.map((size, axis) => (!isFixed(size) && sameSize(size, shape[axis - ahead]) ? 1 : size));
}

/** An end that is the end of an open axis is larger than any axis. */
function sliceInputs({ inputs: [x], attributes }: Node<"Slice">, sizes: SizeArithmetic): OnnxNode["inputs"] {
  const { starts, ends, axes, steps } = attributes;
  const { shape } = x!.type;
  const last = ends.map((end, index) =>
    !isFixed(end) && sameSize(end, shape.at(axes[index]!)) ? Number.MAX_SAFE_INTEGER : end,
  );
  const given = [x, sizes.vector(starts, "starts"), sizes.vector(last, "ends"), integers(axes, "axes")];
  return steps.length === 0 ? given : [...given, integers(steps, "steps")];
}

/** The nodes of a lowered graph in ONNX's form. @throws onnx/size where no input's size tells a symbol */
export function withOperands(graph: Graph, opset: number): OnnxNode[] {
  const sizes = new SizeArithmetic(graph.inputs);
  return graph.nodes.flatMap((node) => {
    const spelling: Spelling<OpName> | undefined = SPELLINGS[node.op];
    const operands: readonly string[] = spelling?.operands ?? [];
    const inputs = spelling?.inputs(node, sizes, opset) ?? node.inputs;
    const kept = Object.entries(node.attributes).filter(([name]) => !operands.includes(name));
    for (const output of node.outputs) sizes.learn(output);
    return [...sizes.takeNodes(), { ...node, inputs, attributes: Object.fromEntries(kept) }];
  });
}
