import type { Case } from "./one-node.js";

const REDUCTIONS = ["ReduceMean", "ReduceMax", "ReduceSum"];

export const REDUCTION_CASES: readonly Case[] = [
  ...REDUCTIONS.flatMap((op) => [
    { inputs: "%x: f32[2,3,4]", node: `%y = ${op}(%x) {axes=[0, 1, 2]}`, gives: "f32[1,1,1]" },
    { inputs: "%x: f32[2,3,4]", node: `%y = ${op}(%x) {axes=[0, 1, 2], keepdims=0}`, gives: "f32[]" },
    { inputs: "%x: f32[2,3,4]", node: `%y = ${op}(%x) {axes=[-1, 0]}`, gives: "f32[1,3,1]" },
    { inputs: "%x: f32[2,3,4]", node: `%y = ${op}(%x) {axes=[1], keepdims=0}`, gives: "f32[2,4]" },
    { inputs: "%x: f32[2,3,4]", node: `%y = ${op}(%x) {axes=[]}`, gives: "f32[2,3,4]" },
    { inputs: "%x: i64[2,3]", node: `%y = ${op}(%x) {axes=[0]}`, gives: "i64[1,3]" },
    {
      inputs: "%x: f32[2,3]",
      node: `%y = ${op}(%x) {axes=[2]}`,
      gives: "ir/type: axis 2 of a rank 2 tensor",
    },
    {
      inputs: "%x: f32[2,3]",
      node: `%y = ${op}(%x) {axes=[1, -1]}`,
      gives: "ir/type: the axes [1,-1] repeat",
    },
    { inputs: "%x: f32[2,3]", node: `%y = ${op}(%x)`, gives: `ir/attribute: ${op}.axes is undefined, expected ints` },
  ]),
  { inputs: "%x: f32[2,3,4]", node: "%y, %i = TopK(%x) {k=3}", gives: "f32[2,3,3], i64[2,3,3]" },
  { inputs: "%x: i64[2,3]", node: "%y, %i = TopK(%x) {axis=0, k=2}", gives: "i64[2,3], i64[2,3]" },
  { inputs: "%x: f32[2,3]", node: "%y, %i = TopK(%x) {k=4}", gives: "ir/type: there are no 4 of 3" },
  { inputs: "%x: f32[2,3]", node: "%y, %i = TopK(%x) {k=-1}", gives: "ir/type: there are no -1 of 3" },
  {
    inputs: "%x: f32[2,3]",
    node: "%y, %i = TopK(%x) {axis=2, k=1}",
    gives: "ir/type: axis 2 of a rank 2 tensor",
  },
];
