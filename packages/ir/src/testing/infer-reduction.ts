import { type Case, ints } from "./one-node.js";

const REDUCTIONS = ["ReduceMean", "ReduceMax", "ReduceSum"];

export const REDUCTION_CASES: readonly Case[] = [
  ...REDUCTIONS.flatMap((op) => [
    { inputs: "%x: f32[2,3,4]", node: `%y = ${op}(%x)`, gives: "f32[1,1,1]" },
    { inputs: "%x: f32[2,3,4]", node: `%y = ${op}(%x) {keepdims=0}`, gives: "f32[]" },
    { inputs: "%x: f32[2,3,4]", node: ints({ a: [-1, 0] }, `%y = ${op}(%x, %a)`), gives: "f32[1,3,1]" },
    { inputs: "%x: f32[2,3,4]", node: ints({ a: [1] }, `%y = ${op}(%x, %a) {keepdims=0}`), gives: "f32[2,4]" },
    { inputs: "%x: f32[2,3,4]", node: ints({ a: [] }, `%y = ${op}(%x, %a)`), gives: "f32[2,3,4]" },
    { inputs: "%x: i64[2,3]", node: ints({ a: [0] }, `%y = ${op}(%x, %a)`), gives: "i64[1,3]" },
    {
      inputs: "%x: f32[2,3]",
      node: ints({ a: [2] }, `%y = ${op}(%x, %a)`),
      gives: "ir/type: axis 2 of a rank 2 tensor",
    },
    {
      inputs: "%x: f32[2,3]",
      node: ints({ a: [1, -1] }, `%y = ${op}(%x, %a)`),
      gives: "ir/type: the axes [1,-1] repeat",
    },
    { inputs: "%x: f32[2,3], %a: i64[1]", node: `%y = ${op}(%x, %a)`, gives: "ir/type: input 1 must be a constant" },
  ]),
];
