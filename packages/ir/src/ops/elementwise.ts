import {
  castTensor,
  fromNumbers,
  isFloat,
  sameShape,
  type Tensor,
  toFloat64,
  type ValueType,
} from "@yolo-compile/core";
import { typeError } from "../diagnostics.js";
import {
  type AttributeSchemas,
  type CompleteAttributes,
  dtype,
  float,
  type OpContext,
  type OpSchema,
  op,
  string,
} from "../schema.js";
import {
  anySupport,
  FLOATS,
  floatSupport,
  INDEX,
  NARROW,
  numberSupport,
  type OpsetSupport,
  SIGNED,
  WIDE,
} from "../support.js";
import { binary } from "./binary.js";
import { broadcastShapes } from "./broadcast.js";
import { checkChoice, checkElementTypes, checkScalars, inputType } from "./context.js";
import { integersOf, roundTo, wrapTo } from "./rounding.js";

type Scalar = (x: number) => number;
type Integer = (x: bigint) => bigint;

const same = (node: OpContext): ValueType[] => [inputType(node, 0)];

/** An op of one input; `integer`, where given, computes integers exactly. */
const unary = <const Schemas extends AttributeSchemas>(
  support: OpsetSupport,
  attributes: Schemas,
  make: (attributes: CompleteAttributes<Schemas>) => Scalar,
  integer?: Integer,
): OpSchema<Schemas> => ({
  support,
  inputs: [1, 1],
  attributes,
  infer: same,
  fold: (node, [x]) => {
    if (integer && !isFloat(x!.dtype)) return [mapIntegers(x!, integer)];
    const numbers = toFloat64(x!).map(make(node.attributes));
    return [{ dtype: x!.dtype, shape: x!.shape, data: roundTo(node, x!.dtype, numbers) }];
  },
  traits: { elementwise: "unary" },
});

const plain = (support: OpsetSupport, apply: Scalar, integer?: Integer) => unary(support, {}, () => apply, integer);

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
const clip = op({
  support: {
    types: [
      [11, FLOATS],
      [12, [...WIDE, ...NARROW]],
      [13, ["bf16"]],
    ],
  },
  inputs: [1, 3],
  attributes: {},
  infer: (node) => {
    checkElementTypes(node);
    checkScalars(node, [1, 2]);
    return same(node);
  },
  fold: (_, [x, low, high]) => [isFloat(x!.dtype) ? clipFloats(x!, low, high) : clipIntegers(x!, low, high)],
  traits: { pixelwise: () => [0] },
});

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

const cast = op({
  support: anySupport({ values: [{ attribute: "to", value: "bf16", from: 13 }] }),
  inputs: [1, 1],
  attributes: { to: dtype() },
  infer: (node) => [{ dtype: node.attributes.to, shape: inputType(node, 0).shape }],
  fold: (node, [x]) => {
    const { to } = node.attributes;
    if (to === "bool" || isFloat(to)) return [castTensor(x!, to)];
    if (!isFloat(x!.dtype)) return [mapIntegers(x!, (value) => value, to)];
    return [{ dtype: to, shape: x!.shape, data: roundTo(node, to, toFloat64(x!)) }];
  },
  traits: { keepsOrder: (node) => inputType(node, 0).dtype === node.attributes.to, pixelwise: () => [0] },
});

/** x where it is positive, x * slope elsewhere; the slope broadcasts to x. */
const prelu = op({
  ...binary(numberSupport({ bf16: 16 }), { float: (x, slope) => (x < 0 ? x * slope : x) }),
  infer: (node) => {
    checkElementTypes(node);
    const x = inputType(node, 0);
    if (!sameShape(broadcastShapes(node), x.shape))
      throw typeError(node.op, "the slope does not broadcast to input 0", node.inputs);
    return [x];
  },
});

const gelu = op({
  support: floatSupport(20, 20),
  inputs: [1, 1],
  attributes: { approximate: string("none") },
  infer: (node) => {
    checkChoice(node, "approximate", ["none", "tanh"]);
    return same(node);
  },
  traits: { elementwise: "unary" },
});

/** Ops that work element by element, with numpy broadcasting where there are two inputs. */
export const ELEMENTWISE = {
  Abs: plain(numberSupport({ narrow: 11 }), Math.abs, (x) => (x < 0n ? -x : x)),
  Cos: plain(floatSupport(22), Math.cos),
  Exp: plain(floatSupport(13), Math.exp),
  Log: plain(floatSupport(13), Math.log),
  Neg: plain(
    {
      types: [
        [11, [...FLOATS, ...SIGNED]],
        [13, ["bf16"]],
      ],
    },
    (x) => -x,
    (x) => -x,
  ),
  Reciprocal: plain(floatSupport(13), (x) => 1 / x),
  Relu: plain(
    {
      types: [
        [11, FLOATS],
        [13, ["bf16"]],
        [14, SIGNED],
      ],
    },
    (x) => Math.max(x, 0),
    (x) => (x < 0n ? 0n : x),
  ),
  Sigmoid: plain(floatSupport(13), sigmoid),
  Sin: plain(floatSupport(22), Math.sin),
  Softplus: plain(floatSupport(22), softplus),
  Softsign: plain(floatSupport(22), (x) => x / (1 + Math.abs(x))),
  Sqrt: plain(floatSupport(13), Math.sqrt),
  Tanh: plain(floatSupport(13), Math.tanh),
  HardSwish: plain(floatSupport(22, 14), (x) => x * hardSigmoid(1 / 6, 0.5)(x)),
  Mish: plain(floatSupport(22, 18), (x) => x * Math.tanh(softplus(x))),
  HardSigmoid: unary(floatSupport(22), { alpha: float(0.2), beta: float(0.5) }, ({ alpha, beta }) =>
    hardSigmoid(alpha, beta),
  ),
  LeakyRelu: unary(floatSupport(16), { alpha: float(0.01) }, ({ alpha }) => leaky(alpha)),
  Elu: unary(floatSupport(22), { alpha: float(1) }, ({ alpha }) => elu(alpha)),
  Selu: unary(floatSupport(22), { alpha: float(SELU.alpha), gamma: float(SELU.gamma) }, ({ alpha, gamma }) =>
    elu(alpha, gamma),
  ),
  Celu: unary(
    {
      types: [
        [12, ["f32"]],
        [28, ["f16", "f64", "bf16"]],
      ],
    },
    { alpha: float(1) },
    ({ alpha }) => celu(alpha),
  ),
  Erf: op({ support: floatSupport(13), inputs: [1, 1], attributes: {}, infer: same, traits: { elementwise: "unary" } }),
  Gelu: gelu,
  Identity: op({
    support: anySupport(),
    inputs: [1, 1],
    attributes: {},
    infer: same,
    fold: (_, [x]) => [x!],
    traits: { elementwise: "unary", moves: "each", keepsOrder: () => true },
  }),
  PRelu: prelu,
  Clip: clip,
  Cast: cast,
  Add: binary(numberSupport({ narrow: 14 }), { float: (a, b) => a + b, integer: (a, b) => a + b }),
  Sub: binary(numberSupport({ narrow: 14 }), { float: (a, b) => a - b, integer: (a, b) => a - b }),
  Mul: binary(numberSupport({ narrow: 14 }), { float: (a, b) => a * b, integer: (a, b) => a * b }),
  Div: binary(numberSupport({ narrow: 14 }), {
    float: (a, b) => a / b,
    integer: (a, b) => (b === 0n ? undefined : a / b),
  }),
  Pow: binary(
    {
      types: [
        [11, FLOATS],
        [12, INDEX],
        [15, ["bf16"]],
      ],
    },
    { float: (a, b) => a ** b },
  ),
} satisfies Record<string, OpSchema>;
