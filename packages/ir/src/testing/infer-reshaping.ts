import { type Case, shaped } from "./one-node.js";

export const RESHAPING_CASES: readonly Case[] = [
  shaped("Reshape", "2,3,4", [4, 6], "f32[4,6]"),
  shaped("Reshape", "2,3,4", [0, -1], "f32[2,12]"),
  shaped("Reshape", "2,3,4", [3, 0, 0], "ir/type: 24 elements do not make [3,0,0]"),
  shaped("Reshape", "2,3,4", [-1], "f32[24]"),
  shaped("Reshape", "1", [], "f32[]"),
  shaped("Reshape", "0,3", [0, 3], "f32[0,3]"),
  shaped("Reshape", "2,3", [2, 3, 0], "ir/type: 6 elements do not make [2,3,0]"),
  shaped("Reshape", "2,3", [-1, -1], "ir/type: 6 elements do not make [-1,-1]"),
  shaped("Reshape", "2,3", [-2, -3], "ir/type: 6 elements do not make [-2,-3]"),
  shaped("Reshape", "2,3", [4, -1], "ir/type: 6 elements do not make [4,-1]"),
  shaped("Reshape", "2,3", [7], "ir/type: 6 elements do not make [7]"),
  {
    inputs: "%x: f32[2]",
    node: "%y = Reshape(%x)",
    gives: "ir/attribute: Reshape.shape is undefined, expected sizes",
  },

  shaped("Squeeze", "1,3,1", [0, -1], "f32[3]"),
  shaped("Squeeze", "1,3,1", [0], "f32[3,1]"),
  shaped("Squeeze", "1,3,1", [1], "ir/type: an axis is longer than 1"),
  shaped("Squeeze", "1,3,1", [3], "ir/type: axis 3 of a rank 3 tensor"),
  shaped("Squeeze", "1,3,1", [0, -3], "ir/type: the axes [0,-3] repeat"),

  shaped("Unsqueeze", "3", [0, 2], "f32[1,3,1]"),
  shaped("Unsqueeze", "3", [-1], "f32[3,1]"),
  shaped("Unsqueeze", "", [0], "f32[1]"),
  shaped("Unsqueeze", "3", [2], "ir/type: axis 2 of a rank 2 tensor"),
  shaped("Unsqueeze", "3", [0, -3], "ir/type: the axes [0,-3] repeat"),

  { inputs: "%x: f32[2,3,4]", node: "%y = Flatten(%x)", gives: "f32[2,12]" },
  { inputs: "%x: f32[2,3,4]", node: "%y = Flatten(%x) {axis=0}", gives: "f32[1,24]" },
  { inputs: "%x: f32[2,3,4]", node: "%y = Flatten(%x) {axis=3}", gives: "f32[24,1]" },
  { inputs: "%x: f32[2,3,4]", node: "%y = Flatten(%x) {axis=-1}", gives: "f32[6,4]" },
  { inputs: "%x: f32[2,3]", node: "%y = Flatten(%x) {axis=3}", gives: "ir/type: axis 3 of a rank 2 tensor" },
  { inputs: "%x: f32[2,3]", node: "%y = Flatten(%x) {axis=-3}", gives: "ir/type: axis -3 of a rank 2 tensor" },
];
