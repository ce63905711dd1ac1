import type { Case } from "./one-node.js";

const resized = (height: number, scale: number | string, gives: string, attributes = ""): Case => ({
  inputs: `%x: f32[1,1,${height},2]`,
  node: `%y = Resize(%x) {scales=[1, 1, ${scale}, 1]${attributes}}`,
  gives,
});

const padded = (from: string, pads: readonly (number | string)[], gives: string, attributes = ""): Case => ({
  inputs: `%x: f32[${from}]`,
  node: `%y = Pad(%x) {pads=[${pads.join(", ")}]${attributes}}`,
  gives,
});

export const RESIZING_CASES: readonly Case[] = [
  resized(10, 2, "f32[1,1,20,2]"),
  resized(5, 0.5, "f32[1,1,2,2]"),
  // In float64 0.7 * 10 and 2.3 * 10, with the scales in single precision, lie just below 7 and 23.
  resized(10, 0.7, "f32[1,1,7,2]"),
  resized(10, 2.3, "f32[1,1,23,2]"),
  resized(4, 2, "f32[1,1,8,2]", ', mode="linear", coordinate_transformation_mode="half_pixel"'),
  resized(4, 2, "f32[1,1,8,2]", ', mode="cubic", coordinate_transformation_mode="align_corners"'),
  resized(4, 2, "f32[1,1,8,2]", ', coordinate_transformation_mode="pytorch_half_pixel", nearest_mode="ceil"'),
  resized(4, 0, "ir/type: one scale above 0 or one size above 0 an axis is needed"),
  resized(4, "inf", "ir/type: one scale above 0 or one size above 0 an axis is needed"),
  resized(4, 2, 'ir/attribute: Resize.mode is "area", expected one of nearest, linear, cubic', ', mode="area"'),
  resized(
    4,
    2,
    'ir/attribute: Resize.nearest_mode is "round", expected one of round_prefer_floor, round_prefer_ceil, floor, ceil',
    ', nearest_mode="round"',
  ),
  resized(
    4,
    2,
    'ir/attribute: Resize.coordinate_transformation_mode is "tf_crop_and_resize", expected one of half_pixel, ' +
      "half_pixel_symmetric, pytorch_half_pixel, align_corners, asymmetric, tf_half_pixel_for_nn",
    ', coordinate_transformation_mode="tf_crop_and_resize"',
  ),
  {
    inputs: "%x: f32[1,1,4,4]",
    node: "%y = Resize(%x) {scales=[2, 2]}",
    gives: "ir/type: one scale above 0 or one size above 0 an axis is needed",
  },
  {
    inputs: "%x: f32[1,1,4,4]",
    node: "%y = Resize(%x)",
    gives: "ir/type: one scale above 0 or one size above 0 an axis is needed",
  },
  {
    inputs: "%x: f32[4,4]",
    node: "%y = Resize(%x) {scales=[2, 2], sizes=[8, 8]}",
    gives: "ir/type: one scale above 0 or one size above 0 an axis is needed",
  },
  { inputs: "%x: f32[1,1,4,4]", node: "%y = Resize(%x) {sizes=[1, 1, 7, 3]}", gives: "f32[1,1,7,3]" },

  padded("2,3", [0, 1, 2, 0], "f32[4,4]"),
  padded("2,3", [0, -1, 1, 0], "f32[3,2]"),
  padded("2,3", [0, -2, 0, -1], "f32[2,0]"),
  padded("3", [2, 2], "f32[7]", ', mode="reflect"'),
  padded("3", [2, 4], "f32[9]", ', mode="edge"'),
  padded("3", [4, 2], "f32[9]", ', mode="wrap"'),
  {
    inputs: "%x: f32[2,3]",
    node: "%v = f32[] splat 7\n%y = Pad(%x, %v) {pads=[0, 1, 0, 2]}",
    gives: "f32[2,6]",
  },
  padded("2,3", [1, 1], "ir/type: two pads an axis are needed"),
  padded("2,3", [-3, 0, 0, 0], "ir/type: nothing is left"),
  padded("3", [3, 0], "ir/type: the pads of axis 0 reach past its 3 elements", ', mode="reflect"'),
  padded("0", [1, 0], "ir/type: the pads of axis 0 reach past its 0 elements", ', mode="edge"'),
  padded(
    "3",
    [1, 0],
    'ir/attribute: Pad.mode is "zero", expected one of constant, edge, reflect, wrap',
    ', mode="zero"',
  ),
  {
    inputs: "%x: f32[3], %v: f32[1]",
    node: "%y = Pad(%x, %v) {pads=[1, 1]}",
    gives: "ir/type: input 1 must be a scalar",
  },
  {
    inputs: "%x: f32[3], %v: f16[]",
    node: "%y = Pad(%x, %v) {pads=[1, 1]}",
    gives: "ir/type: input 1 must have the element type of input 0",
  },
];
