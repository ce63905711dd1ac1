import type { Case } from "./one-node.js";

const X = "%x: f32[1,4,8,8]";

export const CONVOLUTION_CASES: readonly Case[] = [
  { inputs: `${X}, %w: f32[6,4,3,3]`, node: "%y = Conv(%x, %w)", gives: "f32[1,6,6,6]" },
  { inputs: `${X}, %w: f32[6,4,3,3]`, node: "%y = Conv(%x, %w, _)", gives: "f32[1,6,6,6]" },
  {
    inputs: `${X}, %w: f32[6,4,3,3], %b: f32[6]`,
    node: "%y = Conv(%x, %w, %b) {strides=[2, 2], pads=[1, 1, 1, 1]}",
    gives: "f32[1,6,4,4]",
  },
  {
    inputs: "%x: f32[2,4,7,9], %w: f32[6,2,3,2]",
    node: "%y = Conv(%x, %w) {group=2, pads=[1, 0, 1, 2], strides=[1, 3]}",
    gives: "f32[2,6,7,4]",
  },
  {
    inputs: "%x: f32[1,1,9,9], %w: f32[1,1,3,3]",
    node: "%y = Conv(%x, %w) {dilations=[2, 3]}",
    gives: "f32[1,1,5,3]",
  },
  {
    inputs: "%x: f32[1,1,4,4], %w: f32[1,1,1,1]",
    node: "%y = Conv(%x, %w) {pads=[1, 1, 1, 1]}",
    gives: "f32[1,1,6,6]",
  },
  {
    inputs: "%x: f32[1,1,2,2], %w: f32[1,1,1,1]",
    node: "%y = Conv(%x, %w) {pads=[0, 3, 0, 3], strides=[1, 3]}",
    gives: "f32[1,1,2,3]",
  },
  {
    inputs: `${X}, %w: f32[6,3,3,3]`,
    node: "%y = Conv(%x, %w)",
    gives: "ir/type: 4 channels do not fit the weight in 1 groups",
  },
  {
    inputs: `${X}, %w: f32[5,2,3,3]`,
    node: "%y = Conv(%x, %w) {group=2}",
    gives: "ir/type: 4 channels do not fit the weight in 2 groups",
  },
  {
    inputs: `${X}, %w: f32[6,4,3,3]`,
    node: "%y = Conv(%x, %w) {group=0}",
    gives: "ir/type: 4 channels do not fit the weight in 0 groups",
  },
  {
    inputs: `${X}, %w: f32[6,4,3,3], %b: f32[5]`,
    node: "%y = Conv(%x, %w, %b)",
    gives: "ir/type: input 2 must have 6 elements",
  },
  {
    inputs: `${X}, %w: f32[6,4,3,3], %b: f32[6,1]`,
    node: "%y = Conv(%x, %w, %b)",
    gives: "ir/type: input 2 must have 6 elements",
  },
  {
    inputs: `${X}, %w: f32[6,4,9,3]`,
    node: "%y = Conv(%x, %w)",
    gives: "ir/type: a window of 9 does not fit a map of 8",
  },
  {
    inputs: `${X}, %w: f32[6,4,3,3]`,
    node: "%y = Conv(%x, %w) {dilations=[1, 4]}",
    gives: "ir/type: a window of 9 does not fit a map of 8",
  },
  {
    inputs: "%x: f32[2,4,9], %w: f32[6,2,3], %b: f32[6]",
    node: "%y = Conv(%x, %w, %b) {group=2, dilations=[2], pads=[1, 0], strides=[2]}",
    gives: "f32[2,6,3]",
  },
  {
    inputs: "%x: f32[2,4,9], %w: f32[6,4,3]",
    node: "%y = Conv(%x, %w)",
    gives: "ir/attribute: Conv.dilations is [1,1], expected 1 integers of at least 1",
  },
  { inputs: `${X}, %w: f32[6,4,3]`, node: "%y = Conv(%x, %w)", gives: "ir/type: input 1 must have rank 4" },
  {
    inputs: "%x: f32[4,8,8], %w: f32[6,4,3,3]",
    node: "%y = Conv(%x, %w)",
    gives: "ir/type: input 0 must have rank 4",
  },
  { inputs: `${X}, %w: f16[6,4,3,3]`, node: "%y = Conv(%x, %w)", gives: "ir/type: the element types differ" },
  {
    inputs: `${X}, %w: f32[6,4,3,3]`,
    node: "%y = Conv(%x, %w) {strides=[0, 1]}",
    gives: "ir/attribute: Conv.strides is [0,1], expected 2 integers of at least 1",
  },
  {
    inputs: `${X}, %w: f32[6,4,3,3]`,
    node: "%y = Conv(%x, %w) {dilations=[1]}",
    gives: "ir/attribute: Conv.dilations is [1], expected 2 integers of at least 1",
  },
  {
    inputs: `${X}, %w: f32[6,4,3,3]`,
    node: "%y = Conv(%x, %w) {pads=[0, 0, -1, 0]}",
    gives: "ir/attribute: Conv.pads is [0,0,-1,0], expected 4 integers of at least 0",
  },
  { inputs: X, node: "%y = Conv(%x)", gives: "ir/inputs: Conv has 1 inputs, expected 2 to 3" },
  { inputs: X, node: "%y = Conv(%x, _)", gives: "ir/inputs: Conv needs its input 1, which is left out" },

  {
    inputs: "%x: f32[1,4,3,3], %w: f32[4,2,2,2], %b: f32[2]",
    node: "%y = ConvTranspose(%x, %w, %b) {strides=[2, 2]}",
    gives: "f32[1,2,6,6]",
  },
  {
    inputs: "%x: f32[1,4,3,3], %w: f32[4,1,4,3]",
    node: "%y = ConvTranspose(%x, %w) {group=2, strides=[2, 3], pads=[1, 0, 1, 2], output_padding=[1, 2]}",
    gives: "f32[1,2,7,9]",
  },
  {
    inputs: "%x: f32[1,1,3,3], %w: f32[1,1,3,3]",
    node: "%y = ConvTranspose(%x, %w) {dilations=[2, 1]}",
    gives: "f32[1,1,7,5]",
  },
  {
    inputs: "%x: f32[1,3,3,3], %w: f32[4,2,2,2]",
    node: "%y = ConvTranspose(%x, %w)",
    gives: "ir/type: 3 channels do not fit the weight in 1 groups",
  },
  {
    inputs: "%x: f32[1,4,3,3], %w: f32[4,2,2,2]",
    node: "%y = ConvTranspose(%x, %w) {group=3}",
    gives: "ir/type: 4 channels do not fit the weight in 3 groups",
  },
  {
    inputs: "%x: f32[1,4,3,3], %w: f32[4,2,2,2], %b: f32[4]",
    node: "%y = ConvTranspose(%x, %w, %b)",
    gives: "ir/type: input 2 must have 2 elements",
  },
  {
    inputs: "%x: f32[1,4,3,3], %w: f32[4,2,2,2]",
    node: "%y = ConvTranspose(%x, %w) {strides=[2, 2], output_padding=[2, 0]}",
    gives: "ir/type: output_padding [2,0] is not below the strides",
  },
  {
    inputs: "%x: f32[1,1,1,1], %w: f32[1,1,1,1]",
    node: "%y = ConvTranspose(%x, %w) {pads=[1, 0, 0, 0]}",
    gives: "ir/type: nothing is left of the map",
  },
  {
    inputs: "%x: f32[1,4,3,3], %w: f16[4,2,2,2]",
    node: "%y = ConvTranspose(%x, %w)",
    gives: "ir/type: the element types differ",
  },
];
