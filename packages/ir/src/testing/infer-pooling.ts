import type { Case } from "./one-node.js";

const POOLS = ["MaxPool", "AveragePool"];

const pool = (op: string, size: number, attributes: string, gives: string): Case => ({
  inputs: `%x: f32[1,2,${size},${size}]`,
  node: `%y = ${op}(%x) {${attributes}}`,
  gives,
});

export const POOLING_CASES: readonly Case[] = [
  ...POOLS.flatMap((op) => [
    pool(op, 8, "kernel_shape=[2, 3]", "f32[1,2,7,6]"),
    pool(op, 8, "kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]", "f32[1,2,4,4]"),
    pool(op, 5, "kernel_shape=[2, 2], strides=[2, 2]", "f32[1,2,2,2]"),
    pool(op, 5, "kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1", "f32[1,2,3,3]"),
    // A third window would start in the padding behind the map.
    pool(op, 5, "kernel_shape=[3, 3], strides=[3, 3], pads=[1, 1, 1, 1], ceil_mode=1", "f32[1,2,2,2]"),
    pool(op, 1, "kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], ceil_mode=1", "f32[1,2,1,1]"),
    pool(op, 4, "kernel_shape=[2, 2], strides=[3, 3], ceil_mode=1", "f32[1,2,2,2]"),
    // One window, which reaches past a map that is smaller.
    pool(op, 2, "kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1", "f32[1,2,1,1]"),
    pool(op, 2, "kernel_shape=[4, 4], strides=[2, 2], ceil_mode=1", "ir/type: a window of 4 does not fit a map of 2"),
    pool(op, 4, "kernel_shape=[5, 5]", "ir/type: a window of 5 does not fit a map of 4"),
    pool(op, 4, "kernel_shape=[3]", `ir/attribute: ${op}.kernel_shape is [3], expected 2 integers of at least 1`),
    pool(op, 4, "kernel_shape=[0, 3]", `ir/attribute: ${op}.kernel_shape is [0,3], expected 2 integers of at least 1`),
    pool(op, 4, "strides=[1, 1]", `ir/attribute: ${op}.kernel_shape is undefined, expected ints`),
    {
      inputs: "%x: f32[2,8,8]",
      node: `%y = ${op}(%x) {kernel_shape=[2, 2]}`,
      gives: "ir/type: input 0 must have rank 4",
    },
  ]),
  pool("MaxPool", 7, "kernel_shape=[3, 3], strides=[2, 2], dilations=[2, 2]", "f32[1,2,2,2]"),
  pool("AveragePool", 4, "kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1", "f32[1,2,4,4]"),

  { inputs: "%x: f32[2,3,4,5]", node: "%y = GlobalAveragePool(%x)", gives: "f32[2,3,1,1]" },
  { inputs: "%x: f32[2,3,4]", node: "%y = GlobalAveragePool(%x)", gives: "ir/type: input 0 must have rank 4" },
];
