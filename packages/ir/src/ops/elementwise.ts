import {
  castTensor,
  type DType,
  fromNumbers,
  isDType,
  isFloat,
  sameShape,
  type Tensor,
  type TensorType,
  toFloat64,
} from "@yolo-compile/core";
import { numberOf, stringOf } from "../attributes.js";
import { attributeError, typeError } from "../diagnostics.js";
import { float, type OpContext, type OpSchema, string } from "../schema.js";
import { binary } from "./binary.js";
import { broadcastShapes } from "./broadcast.js";
import { checkChoice, checkElementTypes, checkScalars, inputType } from "./context.js";
import { integersOf, roundTo, wrapTo } from "./rounding.js";

type Scalar = (x: number) => number;
type Integer = (x: bigint) => bigint;

const same = (node: OpContext): TensorType[] => [inputType(node, 0)];

/** `integer` computes integers exactly, where the op has them. */
function unary(make: (node: OpContext) => Scalar, options: Partial<OpSchema> = {}, integer?: Integer): OpSchema {
  return {
    inputs: [1, 1],
    attributes: {},
    infer: same,
    fold: (node, [x]) => {
      const { dtype, shape } = x!;
      if (integer && !isFloat(dtype)) return [mapIntegers(x!, integer)];
      return [{ dtype, shape, data: roundTo(node, dtype, toFloat64(x!).map(make(node))) }];
    },
    since: 6,
    ...options,
  };
}

const plain = (apply: Scalar, since = 6): OpSchema => unary(() => apply, { since });
const exact = (apply: Scalar, integer: Integer): OpSchema => unary(() => apply, {}, integer);

function mapIntegers(x: Tensor, apply: Integer, dtype = x.dtype): Tensor {
  const at = integersOf(x);
  return { dtype, shape: x.shape, data: wrapTo(dtype, x.data.length, (index) => apply(at(index))) };
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
const leaky =
  (alpha: number): Scalar =>
  (x) =>
    x < 0 ? alpha * x : x;
const celu =
  (alpha: number): Scalar =>
  (x) =>
    Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha));
const SELU = { alpha: 1.6732631921768188, gamma: 1.0507010221481323 };

/** min(max(x, low), high); inputs x, low?, high?, both scalars */
const clip: OpSchema = {
  inputs: [1, 3],
  attributes: {},
  infer: (node) => {
    checkElementTypes(node);
    checkScalars(node, [1, 2]);
    return same(node);
  },
  fold: (_, [x, low, high]) => [isFloat(x!.dtype) ? clipFloats(x!, low, high) : clipIntegers(x!, low, high)],
  since: 12,
};

function clipFloats(x: Tensor, low: Tensor | undefined, high: Tensor | undefined): Tensor {
  const [least, most] = [low, high].map((bound) => bound && toFloat64(bound)[0]!);
  const clipped = toFloat64(x).map((value) => clamp(value, least, most));
  return { ...x, data: fromNumbers(x.dtype, clipped) };
}

function clipIntegers(x: Tensor, low: Tensor | undefined, high: Tensor | undefined): Tensor {
  const [least, most] = [low, high].map((bound) => bound && integersOf(bound)(0));
  return mapIntegers(x, (value) => clamp(value, least, most));
}

function clamp<N extends number | bigint>(value: N, least: N | undefined, most: N | undefined): N {
  const raised = least !== undefined && value < least ? least : value;
  return most !== undefined && raised > most ? most : raised;
}

const cast: OpSchema = {
  inputs: [1, 1],
  attributes: { to: { kind: "dtype" } },
  infer: (node) => [{ dtype: targetType(node), shape: inputType(node, 0).shape }],
  fold: (node, [x]) => {
    const to = targetType(node);
    if (to === "bool" || isFloat(to)) return [castTensor(x!, to)];
    if (!isFloat(x!.dtype)) return [mapIntegers(x!, (value) => value, to)];
    return [{ dtype: to, shape: x!.shape, data: roundTo(node, to, toFloat64(x!)) }];
  },
  since: 13,
};

function targetType(node: OpContext): DType {
  const to = stringOf(node, "to");
  if (!isDType(to)) throw attributeError(node.op, "to", "an element type", to);
  return to;
}

/** x where it is positive, x * slope elsewhere; the slope broadcasts to x. */
const prelu: OpSchema = {
  ...binary({ float: (x, slope) => (x < 0 ? x * slope : x) }),
  infer: (node) => {
    checkElementTypes(node);
    const x = inputType(node, 0);
    if (!sameShape(broadcastShapes(node), x.shape))
      throw typeError(node.op, "the slope does not broadcast to input 0", node.inputs);
    return [x];
  },
  since: 9,
};

const gelu: OpSchema = {
  inputs: [1, 1],
  attributes: { approximate: string("none") },
  infer: (node) => {
    checkChoice(node, "approximate", ["none", "tanh"]);
    return same(node);
  },
  since: 20,
};

/** Ops that work element by element, with numpy broadcasting where there are two inputs. */
export const ELEMENTWISE = {
  Abs: exact(Math.abs, (x) => (x < 0n ? -x : x)),
  Exp: plain(Math.exp),
  Log: plain(Math.log),
  Neg: exact(
    (x) => -x,
    (x) => -x,
  ),
  Reciprocal: plain((x) => 1 / x),
  Relu: exact(
    (x) => Math.max(x, 0),
    (x) => (x < 0n ? 0n : x),
  ),
  Sigmoid: plain(sigmoid),
  Softplus: plain(softplus, 1),
  Softsign: plain((x) => x / (1 + Math.abs(x)), 1),
  Sqrt: plain(Math.sqrt),
  Tanh: plain(Math.tanh),
  HardSwish: plain((x) => x * hardSigmoid(1 / 6, 0.5)(x), 14),
  Mish: plain((x) => x * Math.tanh(softplus(x)), 18),
  HardSigmoid: unary((node) => hardSigmoid(numberOf(node, "alpha"), numberOf(node, "beta")), {
    attributes: { alpha: float(0.2), beta: float(0.5) },
  }),
  LeakyRelu: unary((node) => leaky(numberOf(node, "alpha")), { attributes: { alpha: float(0.01) } }),
  Elu: unary((node) => elu(numberOf(node, "alpha")), { attributes: { alpha: float(1) } }),
  Selu: unary((node) => elu(numberOf(node, "alpha"), numberOf(node, "gamma")), {
    attributes: { alpha: float(SELU.alpha), gamma: float(SELU.gamma) },
  }),
  Celu: unary((node) => celu(numberOf(node, "alpha")), { attributes: { alpha: float(1) }, since: 12 }),
  Erf: { inputs: [1, 1], attributes: {}, infer: same, since: 9 },
  Gelu: gelu,
  Identity: { inputs: [1, 1], attributes: {}, infer: same, fold: (_, [x]) => [x!], since: 1 },
  PRelu: prelu,
  Clip: clip,
  Cast: cast,
  Add: binary({ float: (a, b) => a + b, integer: (a, b) => a + b }),
  Sub: binary({ float: (a, b) => a - b, integer: (a, b) => a - b }),
  Mul: binary({ float: (a, b) => a * b, integer: (a, b) => a * b }),
  Div: binary({ float: (a, b) => a / b, integer: (a, b) => (b === 0n ? undefined : a / b) }),
  Pow: binary({ float: (a, b) => a ** b }),
} as const satisfies Record<string, OpSchema>;
