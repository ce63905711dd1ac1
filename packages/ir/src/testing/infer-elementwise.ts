import type { Case } from "./one-node.js";

const UNARY = [
  "Abs",
  "Celu",
  "Cos",
  "Elu",
  "Erf",
  "Exp",
  "Gelu",
  "HardSigmoid",
  "HardSwish",
  "Identity",
  "LeakyRelu",
  "Log",
  "Mish",
  "Neg",
  "Reciprocal",
  "Relu",
  "Selu",
  "Sigmoid",
  "Sin",
  "Softplus",
  "Softsign",
  "Sqrt",
  "Tanh",
];

const BINARY = ["Add", "Sub", "Mul", "Div", "Pow"];

export const ELEMENTWISE_CASES: readonly Case[] = [
  ...UNARY.flatMap((op) => [
    { inputs: "%x: f32[2,3]", node: `%y = ${op}(%x)`, gives: "f32[2,3]" },
    { inputs: "%x: f32[]", node: `%y = ${op}(%x)`, gives: "f32[]" },
    { inputs: "%x: f32[2]", node: `%y = ${op}(%x, %x)`, gives: `ir/inputs: ${op} has 2 inputs, expected 1` },
  ]),
  {
    inputs: "%x: f32[2]",
    node: '%y = Gelu(%x) {approximate="sigmoid"}',
    gives: 'ir/attribute: Gelu.approximate is "sigmoid", expected one of none, tanh',
  },
  { inputs: "%x: f32[2]", node: '%y = Gelu(%x) {approximate="tanh"}', gives: "f32[2]" },

  ...BINARY.flatMap((op) => [
    { inputs: "%a: f32[2,1,3], %b: f32[4,1]", node: `%y = ${op}(%a, %b)`, gives: "f32[2,4,3]" },
    { inputs: "%a: f32[], %b: f32[4]", node: `%y = ${op}(%a, %b)`, gives: "f32[4]" },
    { inputs: "%a: i64[3], %b: i64[1]", node: `%y = ${op}(%a, %b)`, gives: "i64[3]" },
    { inputs: "%a: f32[0,3], %b: f32[1,3]", node: `%y = ${op}(%a, %b)`, gives: "f32[0,3]" },
    {
      inputs: "%a: f32[2,3], %b: f32[2]",
      node: `%y = ${op}(%a, %b)`,
      gives: "ir/type: the shapes do not broadcast",
    },
    { inputs: "%a: f32[2], %b: f16[2]", node: `%y = ${op}(%a, %b)`, gives: "ir/type: the element types differ" },
  ]),

  { inputs: "%x: f32[2,3,4,4], %s: f32[3,1,1]", node: "%y = PRelu(%x, %s)", gives: "f32[2,3,4,4]" },
  { inputs: "%x: f32[2,3], %s: f32[]", node: "%y = PRelu(%x, %s)", gives: "f32[2,3]" },
  {
    inputs: "%x: f32[2,3], %s: f32[4,2,3]",
    node: "%y = PRelu(%x, %s)",
    gives: "ir/type: the slope does not broadcast to input 0",
  },
  {
    inputs: "%x: f32[2,1], %s: f32[2,3]",
    node: "%y = PRelu(%x, %s)",
    gives: "ir/type: the slope does not broadcast to input 0",
  },
  { inputs: "%x: f32[2,3], %s: f32[2]", node: "%y = PRelu(%x, %s)", gives: "ir/type: the shapes do not broadcast" },
  { inputs: "%x: f32[2], %s: f16[2]", node: "%y = PRelu(%x, %s)", gives: "ir/type: the element types differ" },

  { inputs: "%x: f32[2,3]", node: "%y = Clip(%x)", gives: "f32[2,3]" },
  { inputs: "%x: f32[2,3], %h: f32[]", node: "%y = Clip(%x, _, %h)", gives: "f32[2,3]" },
  { inputs: "%x: i64[2], %l: i64[]", node: "%y = Clip(%x, %l)", gives: "i64[2]" },
  { inputs: "%x: f32[2], %l: f32[1]", node: "%y = Clip(%x, %l)", gives: "ir/type: input 1 must be a scalar" },
  { inputs: "%x: f32[2], %l: f32[1]", node: "%y = Clip(%x, _, %l)", gives: "ir/type: input 2 must be a scalar" },
  { inputs: "%x: f32[2], %l: f16[]", node: "%y = Clip(%x, %l)", gives: "ir/type: the element types differ" },

  { inputs: "%x: f32[2,3]", node: "%y = Cast(%x) {to=i64}", gives: "i64[2,3]" },
  { inputs: "%x: bool[2]", node: "%y = Cast(%x) {to=f16}", gives: "f16[2]" },
  { inputs: "%x: f32[2]", node: "%y = Cast(%x)", gives: "ir/attribute: Cast.to is undefined, expected dtype" },
  {
    inputs: "%x: f32[2]",
    node: "%y = Cast(%x) {to=f24}",
    gives: "ir/syntax: found f24, expected an element type, such as f32",
  },
];
