import type { Case } from "./one-node.js";

/** Nodes without inputs, and their inferred types. */
export const GENERATION_CASES: readonly Case[] = [
  { node: "%y = Range() {limit=[3]}", gives: "i64[3]" },
  { node: "%y = Range() {limit=[0]}", gives: "i64[0]" },
  {
    node: "%y = Range() {limit=[-1]}",
    gives: "ir/attribute: Range.limit is [-1], expected one size of at least 0",
  },
  {
    node: "%y = Range() {limit=[]}",
    gives: "ir/attribute: Range.limit is [], expected one size of at least 0",
  },
  {
    node: "%y = Range() {limit=[2, 2]}",
    gives: "ir/attribute: Range.limit is [2,2], expected one size of at least 0",
  },
];

/** Nodes without inputs, and their results. */
export const GENERATION_FOLDS: readonly Case[] = [
  { node: "%y = Range() {limit=[4]}", gives: "i64[4] {0, 1, 2, 3}" },
  { node: "%y = Range() {limit=[0]}", gives: "i64[0] {}" },
];
