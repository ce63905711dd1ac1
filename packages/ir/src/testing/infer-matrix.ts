import type { Case } from "./one-node.js";

export const MATRIX_CASES: readonly Case[] = [
  { inputs: "%a: f32[4,3], %b: f32[3,5]", node: "%y = Gemm(%a, %b)", gives: "f32[4,5]" },
  {
    inputs: "%a: f32[3,4], %b: f32[5,3], %c: f32[5]",
    node: "%y = Gemm(%a, %b, %c) {transA=1, transB=1, alpha=0.5}",
    gives: "f32[4,5]",
  },
  { inputs: "%a: f32[4,3], %b: f32[3,5], %c: f32[4,1]", node: "%y = Gemm(%a, %b, %c)", gives: "f32[4,5]" },
  { inputs: "%a: f32[4,3], %b: f32[3,5], %c: f32[]", node: "%y = Gemm(%a, %b, %c)", gives: "f32[4,5]" },
  { inputs: "%a: f32[4,3], %b: f32[5,3]", node: "%y = Gemm(%a, %b)", gives: "ir/type: the shapes do not fit" },
  { inputs: "%a: f32[1,4,3], %b: f32[3,5]", node: "%y = Gemm(%a, %b)", gives: "ir/type: input 0 must have rank 2" },
  {
    inputs: "%a: f32[4,3], %b: f32[3,5], %c: f32[4]",
    node: "%y = Gemm(%a, %b, %c)",
    gives: "ir/type: input 2 does not broadcast to the result",
  },
  {
    inputs: "%a: f32[1,3], %b: f32[3,5], %c: f32[2,5]",
    node: "%y = Gemm(%a, %b, %c)",
    gives: "ir/type: input 2 does not broadcast to the result",
  },
  { inputs: "%a: f32[4,3], %b: f16[3,5]", node: "%y = Gemm(%a, %b)", gives: "ir/type: the element types differ" },

  { inputs: "%a: f32[4,3], %b: f32[3,5]", node: "%y = MatMul(%a, %b)", gives: "f32[4,5]" },
  { inputs: "%a: f32[2,1,4,3], %b: f32[6,3,5]", node: "%y = MatMul(%a, %b)", gives: "f32[2,6,4,5]" },
  { inputs: "%a: f32[3], %b: f32[3,5]", node: "%y = MatMul(%a, %b)", gives: "ir/type: both must be matrices" },
  { inputs: "%a: f32[4,3], %b: f32[4,5]", node: "%y = MatMul(%a, %b)", gives: "ir/type: the shapes do not fit" },
  { inputs: "%a: f32[2,4,3], %b: f32[3,3,5]", node: "%y = MatMul(%a, %b)", gives: "ir/type: the shapes do not fit" },
  { inputs: "%a: f32[4,3], %b: f16[3,5]", node: "%y = MatMul(%a, %b)", gives: "ir/type: the element types differ" },
];
