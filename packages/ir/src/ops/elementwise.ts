import { elementCount, fromNumbers, isDType, type Tensor, type TensorType, toFloat64 } from "@yolo-compile/core";
import { numberOf, stringOf } from "../attributes.js";
import { typeError } from "../diagnostics.js";
import { float, type OpContext, type OpSchema, string } from "../schema.js";
import { broadcastOffsets, broadcastShapes } from "./broadcast.js";
import { inputType } from "./context.js";

type Scalar = (x: number) => number;

const same = (node: OpContext): TensorType[] => [inputType(node, 0)];

function unary(make: (node: OpContext) => Scalar, attributes: OpSchema["attributes"] = {}, since = 6): OpSchema {
  return {
    inputs: [1, 1],
    attributes,
    infer: same,
    fold: (node, [x]) => {
      const apply = make(node);
      return [{ dtype: x!.dtype, shape: x!.shape, data: fromNumbers(x!.dtype, toFloat64(x!).map(apply)) }];
    },
    since,
  };
}

const plain = (apply: Scalar, since?: number): OpSchema => unary(() => apply, {}, since);

function binary(apply: (a: number, b: number) => number, since = 13): OpSchema {
  return {
    inputs: [2, 2],
    attributes: {},
    infer: (node) => {
      const a = inputType(node, 0);
      const b = inputType(node, 1);
      if (a.dtype !== b.dtype) throw typeError(node.op, "the element types differ", node.inputs);
      return [{ dtype: a.dtype, shape: broadcastShapes(node) }];
    },
    fold: (node, [a, b]) => [foldBinary(broadcastShapes(node), a!, b!, apply)],
    since,
  };
}

function foldBinary(shape: readonly number[], a: Tensor, b: Tensor, apply: (a: number, b: number) => number): Tensor {
  const left = toFloat64(a);
  const right = toFloat64(b);
  const leftAt = broadcastOffsets(a.shape, shape);
  const rightAt = broadcastOffsets(b.shape, shape);
  const numbers = new Float64Array(elementCount(shape));
  for (let index = 0; index < numbers.length; index++)
    numbers[index] = apply(left[leftAt(index)]!, right[rightAt(index)]!);
  return { dtype: a.dtype, shape, data: fromNumbers(a.dtype, numbers) };
}

const sigmoid: Scalar = (x) => 1 / (1 + Math.exp(-x));
const softplus: Scalar = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const hardSigmoid =
  (alpha: number, beta: number): Scalar =>
  (x) =>
    Math.max(0, Math.min(1, alpha * x + beta));
const elu =
  (alpha: number, gamma = 1): Scalar =>
  (x) =>
    gamma * (x > 0 ? x : alpha * Math.expm1(x));
const SELU = { alpha: 1.6732631921768188, gamma: 1.0507010221481323 };

const clip: OpSchema = {
  inputs: [1, 3],
  attributes: {},
  infer: same,
  since: 12,
};

const cast: OpSchema = {
  inputs: [1, 1],
  attributes: { to: { kind: "dtype" } },
  infer: (node) => {
    const to = stringOf(node, "to");
    if (!isDType(to)) throw typeError(node.op, `${to} is no element type`, node.inputs);
    return [{ dtype: to, shape: inputType(node, 0).shape }];
  },
  since: 13,
};

/** Ops that work element by element, with numpy broadcasting where there are two inputs. */
export const ELEMENTWISE = {
  Abs: plain(Math.abs),
  Exp: plain(Math.exp),
  Log: plain(Math.log),
  Neg: plain((x) => -x),
  Reciprocal: plain((x) => 1 / x),
  Relu: plain((x) => Math.max(x, 0)),
  Sigmoid: plain(sigmoid),
  Softplus: plain(softplus, 1),
  Softsign: plain((x) => x / (1 + Math.abs(x)), 1),
  Sqrt: plain(Math.sqrt),
  Tanh: plain(Math.tanh),
  HardSwish: plain((x) => x * hardSigmoid(1 / 6, 0.5)(x), 14),
  Mish: plain((x) => x * Math.tanh(softplus(x)), 18),
  HardSigmoid: unary((node) => hardSigmoid(numberOf(node, "alpha"), numberOf(node, "beta")), {
    alpha: float(0.2),
    beta: float(0.5),
  }),
  LeakyRelu: unary(
    (node) => {
      const alpha = numberOf(node, "alpha");
      return (x) => (x < 0 ? alpha * x : x);
    },
    { alpha: float(0.01) },
  ),
  Elu: unary((node) => elu(numberOf(node, "alpha")), { alpha: float(1) }),
  Selu: unary((node) => elu(numberOf(node, "alpha"), numberOf(node, "gamma")), {
    alpha: float(SELU.alpha),
    gamma: float(SELU.gamma),
  }),
  Celu: unary(
    (node) => {
      const alpha = numberOf(node, "alpha");
      return (x) => Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha));
    },
    { alpha: float(1) },
    12,
  ),
  Erf: { inputs: [1, 1], attributes: {}, infer: same, since: 9 },
  Gelu: { inputs: [1, 1], attributes: { approximate: string("none") }, infer: same, since: 20 },
  Identity: { inputs: [1, 1], attributes: {}, infer: same, fold: (_, [x]) => [x!], since: 1 },
  PRelu: { inputs: [2, 2], attributes: {}, infer: same, since: 9 },
  Clip: clip,
  Cast: cast,
  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: binary((a, b) => a / b),
  Pow: binary((a, b) => a ** b),
} as const satisfies Record<string, OpSchema>;
