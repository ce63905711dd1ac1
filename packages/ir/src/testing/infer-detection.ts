import type { Case } from "./one-node.js";

const nms = (inputs: string, gives: string, more = "", attributes = "count=kept"): Case => ({
  inputs,
  node: `%y = NonMaxSuppression(%b, %s${more}) {${attributes}}`,
  gives,
});

export const DETECTION_CASES: readonly Case[] = [
  nms("%b: f32[1,5,4], %s: f32[1,2,5]", "i64[kept,3]"),
  {
    inputs: "%b: f32[2,5,4], %s: f32[2,3,5]",
    node: "%m = i64[] splat 3\n%i = f32[1] {0.5}\n%y = NonMaxSuppression(%b, %s, %m, %i) {count=kept}",
    gives: "i64[kept,3]",
  },
  nms("%b: f32[1,5,4], %s: f32[1,2,5]", "ir/syntax: found %s, expected the name of a symbol", "", "count=%s"),
  nms("%b: f32[1,5,4], %s: f32[1,2,6]", "ir/type: the boxes do not fit the scores"),
  nms("%b: f32[1,5,5], %s: f32[1,2,5]", "ir/type: the boxes do not fit the scores"),
  nms("%b: f16[1,5,4], %s: f16[1,2,5]", "ir/type: boxes and scores must be f32"),
  nms("%b: f32[5,4], %s: f32[1,2,5]", "ir/type: input 0 must have rank 3"),
  nms("%b: f32[1,5,4], %s: f32[1,2,5], %m: i64[2]", "ir/type: input 2 must be a scalar of i64", ", %m"),
];
