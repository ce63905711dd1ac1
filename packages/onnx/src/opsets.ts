import type { DType } from "@yolo-compile/core";
import type { Attributes, Node, OpName } from "@yolo-compile/ir";
import { inputTypeError, missingInOpset, opsetRange } from "./diagnostics.js";

/** The opsets that can be written and read, and the one that is written unless another is asked for. */
export const OPSETS = { min: 11, max: 21, default: 17 } as const;

/** Opset to the ir_version that came with it (ONNX docs/Versioning.md). */
const IR_VERSIONS: readonly (readonly [opset: number, irVersion: number])[] = [
  [21, 10],
  [19, 9],
  [15, 8],
  [12, 7],
  [11, 6],
];

/** @throws onnx/opset outside of {@link OPSETS} */
export function irVersionOf(opset: number): number {
  const found = IR_VERSIONS.find(([first]) => opset >= first);
  if (!found || !Number.isInteger(opset) || opset > OPSETS.max) throw opsetRange(opset, OPSETS);
  return found[1];
}

interface Support {
  /** The element types that input 0 may have, by the opset from which on, as ONNX's operator schemas say. */
  readonly types: readonly (readonly [opset: number, dtypes: readonly DType[]])[];
  /** The types of inputs that do not share that of input 0. */
  readonly inputs?: Readonly<Record<number, readonly DType[]>>;
}

const FLOATS: readonly DType[] = ["f32", "f16", "f64"];
const WIDE: readonly DType[] = ["i32", "u32", "i64", "u64"];
const NARROW: readonly DType[] = ["i8", "u8", "i16", "u16"];
const SIGNED: readonly DType[] = ["i8", "i16", "i32", "i64"];
const INDEX: readonly DType[] = ["i32", "i64"];

const floats = (bf16: number, since = 11): Support => ({
  types: [
    [since, FLOATS],
    [bf16, ["bf16"]],
  ],
});

const moving = (inputs: NonNullable<Support["inputs"]> = {}): Support => ({
  types: [
    [11, [...FLOATS, ...WIDE, ...NARROW, "bool"]],
    [13, ["bf16"]],
  ],
  inputs,
});

const numbers = (narrow: number, bf16 = 13): Support => ({
  types: [
    [11, [...FLOATS, ...WIDE]],
    [bf16, ["bf16"]],
    [narrow, NARROW],
  ],
});

const NEVER = Number.POSITIVE_INFINITY;
const matrices: Support = numbers(NEVER);

/** The element types of each op by opset. The lowest opset of an op is the first of its list. */
const SUPPORT = {
  Conv: floats(22),
  ConvTranspose: floats(22),
  BatchNormalization: floats(14),
  Gemm: matrices,
  MatMul: matrices,
  Abs: numbers(11),
  Exp: floats(13),
  Log: floats(13),
  Neg: {
    types: [
      [11, [...FLOATS, ...SIGNED]],
      [13, ["bf16"]],
    ],
  },
  Reciprocal: floats(13),
  Relu: {
    types: [
      [11, FLOATS],
      [13, ["bf16"]],
      [14, SIGNED],
    ],
  },
  Sigmoid: floats(13),
  Softplus: floats(22),
  Softsign: floats(22),
  Sqrt: floats(13),
  Tanh: floats(13),
  HardSwish: floats(22, 14),
  Mish: floats(22, 18),
  HardSigmoid: floats(22),
  LeakyRelu: floats(16),
  Elu: floats(22),
  Selu: floats(22),
  Celu: {
    types: [
      [12, ["f32"]],
      [28, ["f16", "f64", "bf16"]],
    ],
  },
  Erf: floats(13),
  Gelu: floats(20, 20),
  Identity: moving(),
  PRelu: numbers(NEVER, 16),
  Clip: {
    types: [
      [11, FLOATS],
      [12, [...WIDE, ...NARROW]],
      [13, ["bf16"]],
    ],
  },
  Cast: moving(),
  Add: numbers(14),
  Sub: numbers(14),
  Mul: numbers(14),
  Div: numbers(14),
  Pow: {
    types: [
      [11, FLOATS],
      [12, INDEX],
      [15, ["bf16"]],
    ],
  },
  Concat: moving(),
  DepthToSpace: moving(),
  Expand: moving(),
  Flatten: moving(),
  Gather: moving({ 1: INDEX }),
  NonMaxSuppression: { types: [[11, ["f32"]]], inputs: { 2: ["i64"], 3: ["f32"], 4: ["f32"] } },
  Pad: {
    types: [
      [11, [...FLOATS, ...WIDE, ...NARROW]],
      [13, ["bf16", "bool"]],
    ],
  },
  Reshape: moving(),
  Resize: moving(),
  Slice: moving(),
  Split: moving(),
  Squeeze: moving(),
  Transpose: moving(),
  Unsqueeze: moving(),
  MaxPool: {
    types: [
      [11, FLOATS],
      [12, ["i8", "u8"]],
      [22, ["bf16"]],
    ],
  },
  AveragePool: floats(22),
  GlobalAveragePool: floats(22),
  ReduceMean: matrices,
  ReduceMax: {
    types: [
      [11, [...FLOATS, ...WIDE]],
      [12, ["i8", "u8"]],
      [13, ["bf16"]],
      [20, ["bool"]],
    ],
  },
  ReduceSum: matrices,
  Softmax: floats(13),
  LogSoftmax: floats(13),
} as const satisfies Record<OpName, Support>;

/** Attribute values that came or went later than their op. */
const VALUES: readonly { op: OpName; attribute: string; value: string; from?: number; until?: number }[] = [
  { op: "Cast", attribute: "to", value: "bf16", from: 13 },
  { op: "Pad", attribute: "mode", value: "wrap", from: 19 },
  { op: "Resize", attribute: "coordinate_transformation_mode", value: "half_pixel_symmetric", from: 19 },
  { op: "Resize", attribute: "coordinate_transformation_mode", value: "tf_half_pixel_for_nn", until: 12 },
];

/** The first opset in which `op` takes elements of `dtype`; undefined if there is none. */
function lowestOpset(op: OpName, dtype: DType): number | undefined {
  const { types }: Support = SUPPORT[op];
  return types.find(([opset, dtypes]) => opset !== NEVER && dtypes.includes(dtype))?.[0];
}

/** @throws onnx/opset, onnx/input-type where `opset` has no such node */
export function checkSupported(node: Node, opset: number): void {
  const { op } = node;
  const attributes: Attributes = node.attributes;
  const where = node.origin.path;
  const dtype = node.inputs[0]!.type.dtype;
  const lowest = lowestOpset(op, dtype);
  if (lowest === undefined || lowest > opset) throw missingInOpset(`${op} of ${dtype}`, opset, { from: lowest }, where);
  for (const { attribute, value, from = 0, until = NEVER } of VALUES.filter((entry) => entry.op === op))
    if (attributes[attribute] === value && (opset < from || opset > until))
      throw missingInOpset(`${op} with ${attribute} "${value}"`, opset, from > 0 ? { from } : { until }, where);
  const { inputs = {} }: Support = SUPPORT[op];
  node.inputs.forEach((input, index) => {
    const allowed = inputs[index] ?? [dtype];
    if (input && !allowed.includes(input.type.dtype)) throw inputTypeError(op, index, input.type, allowed, where);
  });
}
