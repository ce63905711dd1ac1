import { type Case, ints, shaped } from "./one-node.js";

type Sizes = readonly (number | string)[];

const slice = (starts: Sizes, ends: Sizes, axes: Sizes, steps: Sizes = []): string => {
  const last = steps.length > 0 ? `, steps=[${steps.join(", ")}]` : "";
  return `%y = Slice(%x) {starts=[${starts.join(", ")}], ends=[${ends.join(", ")}], axes=[${axes.join(", ")}]${last}}`;
};

export const MOVEMENT_CASES: readonly Case[] = [
  { inputs: "%a: f32[2,3], %b: f32[2,5]", node: "%y = Concat(%a, %b) {axis=1}", gives: "f32[2,8]" },
  { inputs: "%a: f32[2,3], %b: f32[1,3]", node: "%y = Concat(%a, %b, %a) {axis=-2}", gives: "f32[5,3]" },
  { inputs: "%a: i64[2]", node: "%y = Concat(%a) {axis=0}", gives: "i64[2]" },
  {
    inputs: "%a: f32[2,3], %b: f32[3,3]",
    node: "%y = Concat(%a, %b) {axis=1}",
    gives: "ir/type: input 1 does not fit input 0",
  },
  {
    inputs: "%a: f32[2,3], %b: f32[2]",
    node: "%y = Concat(%a, %b) {axis=0}",
    gives: "ir/type: input 1 does not fit input 0",
  },
  {
    inputs: "%a: f32[2], %b: f16[2]",
    node: "%y = Concat(%a, %b) {axis=0}",
    gives: "ir/type: input 1 does not fit input 0",
  },
  { inputs: "%a: f32[2]", node: "%y = Concat(%a, _) {axis=0}", gives: "ir/type: input 1 is missing" },
  { inputs: "%a: f32[2,3]", node: "%y = Concat(%a) {axis=2}", gives: "ir/type: axis 2 of a rank 2 tensor" },
  { inputs: "%a: f32[2]", node: "%y = Concat(%a)", gives: "ir/attribute: Concat.axis is undefined, expected int" },

  { inputs: "%x: f32[1,12,2,3]", node: "%y = DepthToSpace(%x) {blocksize=2}", gives: "f32[1,3,4,6]" },
  { inputs: "%x: f32[1,9,2,3]", node: '%y = DepthToSpace(%x) {blocksize=3, mode="CRD"}', gives: "f32[1,1,6,9]" },
  {
    inputs: "%x: f32[1,10,2,3]",
    node: "%y = DepthToSpace(%x) {blocksize=2}",
    gives: "ir/type: 10 channels are no multiple of 2²",
  },
  {
    inputs: "%x: f32[1,4,2,3]",
    node: "%y = DepthToSpace(%x) {blocksize=0}",
    gives: "ir/type: 4 channels are no multiple of 0²",
  },
  {
    inputs: "%x: f32[1,4,2,3]",
    node: '%y = DepthToSpace(%x) {blocksize=2, mode="RCD"}',
    gives: 'ir/attribute: DepthToSpace.mode is "RCD", expected one of DCR, CRD',
  },
  { inputs: "%x: f32[4,2,3]", node: "%y = DepthToSpace(%x) {blocksize=2}", gives: "ir/type: input 0 must have rank 4" },

  { inputs: "%x: f32[2,3,4]", node: ints({ i: [0, -1] }, "%y = Gather(%x, %i) {axis=1}"), gives: "f32[2,2,4]" },
  { inputs: "%x: f32[2,3,4]", node: "%i = i64[] splat 1\n%y = Gather(%x, %i) {axis=-1}", gives: "f32[2,3]" },
  { inputs: "%x: f32[2,3]", node: "%i = i32[2,2] {0, 1, 1, 0}\n%y = Gather(%x, %i)", gives: "f32[2,2,3]" },
  { inputs: "%x: f32[2,3], %i: f32[2]", node: "%y = Gather(%x, %i)", gives: "ir/type: the indices must be i64 or i32" },
  {
    inputs: "%x: f32[2,3], %i: bool[2]",
    node: "%y = Gather(%x, %i)",
    gives: "ir/type: the indices must be i64 or i32",
  },
  {
    inputs: "%x: f32[2,3], %i: i64[2]",
    node: "%y = Gather(%x, %i) {axis=2}",
    gives: "ir/type: axis 2 of a rank 2 tensor",
  },

  { inputs: "%x: f32[5,6]", node: slice([1], [4], [0]), gives: "f32[3,6]" },
  { inputs: "%x: f32[5,6]", node: slice([1, 0], [-1, 100], [0, 1], [1, 4]), gives: "f32[3,2]" },
  { inputs: "%x: f32[5,6]", node: slice([-1], [-100], [0], [-2]), gives: "f32[3,6]" },
  { inputs: "%x: f32[5]", node: slice([-10], [-20], [0], [-1]), gives: "f32[1]" },
  { inputs: "%x: f32[5]", node: slice([4], [5], [0], [-1]), gives: "f32[0]" },
  { inputs: "%x: f32[5]", node: slice([3], [1], [-1], [1]), gives: "f32[0]" },
  { inputs: "%x: f32[0]", node: slice([4], [-9], [0], [-1]), gives: "f32[0]" },
  {
    inputs: "%x: f32[5]",
    node: slice([-1], [-9007199254740991], [0], [-1]),
    gives: "f32[5]",
  },
  { inputs: "%x: f32[5]", node: slice([0], [1], [0], [0]), gives: "ir/type: a step of 0" },
  { inputs: "%x: f32[5]", node: slice([0], [1], [1], [1]), gives: "ir/type: axis 1 of a rank 1 tensor" },
  { inputs: "%x: f32[5,5]", node: slice([0, 0], [1, 1], [0, -2], [1, 1]), gives: "ir/type: the axes [0,-2] repeat" },
  {
    inputs: "%x: f32[5,5]",
    node: slice([0, 0], [1], [0, 1], [1, 1]),
    gives: "ir/type: starts, ends, axes and steps differ in number",
  },
  {
    inputs: "%x: f32[5]",
    node: "%y = Slice(%x) {starts=[0], ends=[1]}",
    gives: "ir/attribute: Slice.axes is undefined, expected ints",
  },

  {
    inputs: "%x: f32[2,6]",
    node: "%a, %b, %c = Split(%x) {axis=-1, sizes=[1, 0, 5]}",
    gives: "f32[2,1], f32[2,0], f32[2,5]",
  },
  { inputs: "%x: f32[2,6]", node: "%a = Split(%x) {sizes=[2]}", gives: "f32[2,6]" },
  {
    inputs: "%x: f32[6]",
    node: "%a, %b = Split(%x) {sizes=[1, 4]}",
    gives: "ir/type: [1,4] does not split 6",
  },
  {
    inputs: "%x: f32[6]",
    node: "%a, %b = Split(%x) {sizes=[7, -1]}",
    gives: "ir/type: [7,-1] does not split 6",
  },
  { inputs: "%x: f32[0]", node: "%a = Split(%x) {sizes=[]}", gives: "ir/type: [] does not split 0" },
  {
    inputs: "%x: f32[6]",
    node: "%a = Split(%x) {axis=1, sizes=[6]}",
    gives: "ir/type: axis 1 of a rank 1 tensor",
  },
  {
    inputs: "%x: f32[6]",
    node: "%a = Split(%x) {sizes=[3, 3]}",
    gives: "ir/syntax: found 1, expected 2 values left of Split",
  },

  { inputs: "%x: f32[2,3,4]", node: "%y = Transpose(%x) {perm=[2, 0, 1]}", gives: "f32[4,2,3]" },
  {
    inputs: "%x: f32[2,3]",
    node: "%y = Transpose(%x) {perm=[0]}",
    gives: "ir/type: [0] is no permutation of the axes",
  },
  {
    inputs: "%x: f32[2,3]",
    node: "%y = Transpose(%x) {perm=[1, 1]}",
    gives: "ir/type: [1,1] is no permutation of the axes",
  },
  {
    inputs: "%x: f32[2,3]",
    node: "%y = Transpose(%x) {perm=[-1, 0]}",
    gives: "ir/type: [-1,0] is no permutation of the axes",
  },

  shaped("Expand", "3,1", [2, 1, 4], "f32[2,3,4]"),
  shaped("Expand", "3,4", [1], "f32[3,4]"),
  shaped("Expand", "1,3", [0, 3], "f32[0,3]"),
  shaped("Expand", "3", [4], "ir/type: the shape does not broadcast with [4]"),
  shaped("Expand", "1", [-1], "ir/type: the shape does not broadcast with [-1]"),
];
