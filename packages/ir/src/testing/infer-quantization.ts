import type { Case } from "./one-node.js";

export const QUANTIZATION_CASES: readonly Case[] = [
  { inputs: "%x: f32[2,3], %s: f32[]", node: "%y = QuantizeLinear(%x, %s)", gives: "u8[2,3]" },
  { inputs: "%x: f32[2,3], %s: f32[], %z: i8[]", node: "%y = QuantizeLinear(%x, %s, %z)", gives: "i8[2,3]" },
  {
    inputs: "%x: f32[2,3], %s: f32[2], %z: u8[2]",
    node: "%y = QuantizeLinear(%x, %s, %z) {axis=0}",
    gives: "u8[2,3]",
  },
  {
    inputs: "%x: f32[2,3], %s: f32[2]",
    node: "%y = QuantizeLinear(%x, %s)",
    gives: "ir/type: input 1 must have 3 elements",
  },
  {
    inputs: "%x: f32[2,3], %s: f32[3], %z: u8[]",
    node: "%y = QuantizeLinear(%x, %s, %z)",
    gives: "ir/type: input 2 must have the shape of input 1",
  },
  {
    inputs: "%x: f32[2,3], %s: f32[3]",
    node: "%y = QuantizeLinear(%x, %s) {axis=2}",
    gives: "ir/type: axis 2 of a rank 2 tensor",
  },
  { inputs: "%x: u8[2,3], %s: f32[], %z: u8[]", node: "%y = DequantizeLinear(%x, %s, %z)", gives: "f32[2,3]" },
  { inputs: "%x: i8[2,3], %s: f32[3]", node: "%y = DequantizeLinear(%x, %s)", gives: "f32[2,3]" },
  { inputs: "%x: i32[2], %s: f32[2]", node: "%y = DequantizeLinear(%x, %s) {axis=0}", gives: "f32[2]" },
  {
    inputs: "%x: u8[2,3], %s: f32[], %z: i8[]",
    node: "%y = DequantizeLinear(%x, %s, %z)",
    gives: "ir/type: input 2 must have the element type of input 0",
  },
];
