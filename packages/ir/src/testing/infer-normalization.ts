import type { Case } from "./one-node.js";

const SOFTMAXES = ["Softmax", "LogSoftmax"];

export const NORMALIZATION_CASES: readonly Case[] = [
  {
    inputs: "%x: f32[2,3,4,5], %v: f32[3]",
    node: "%y = BatchNormalization(%x, %v, %v, %v, %v)",
    gives: "f32[2,3,4,5]",
  },
  { inputs: "%x: f32[2,3], %v: f32[3]", node: "%y = BatchNormalization(%x, %v, %v, %v, %v)", gives: "f32[2,3]" },
  {
    inputs: "%x: f32[3], %v: f32[3]",
    node: "%y = BatchNormalization(%x, %v, %v, %v, %v)",
    gives: "ir/type: input 0 needs a channel axis",
  },
  {
    inputs: "%x: f32[2,3], %v: f32[3], %u: f32[2]",
    node: "%y = BatchNormalization(%x, %v, %v, %v, %u)",
    gives: "ir/type: input 4 must have 3 elements",
  },
  {
    inputs: "%x: f32[2,3], %v: f32[3]",
    node: "%y = BatchNormalization(%x, %v, _, %v, %v)",
    gives: "ir/inputs: BatchNormalization needs its input 2, which is left out",
  },

  ...SOFTMAXES.flatMap((op) => [
    { inputs: "%x: f32[2,3,4]", node: `%y = ${op}(%x)`, gives: "f32[2,3,4]" },
    { inputs: "%x: f32[2,3,4]", node: `%y = ${op}(%x) {axis=-3}`, gives: "f32[2,3,4]" },
    { inputs: "%x: f32[2,3]", node: `%y = ${op}(%x) {axis=2}`, gives: "ir/type: axis 2 of a rank 2 tensor" },
  ]),
];
