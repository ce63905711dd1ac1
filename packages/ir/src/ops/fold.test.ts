import { expect, test } from "@jest/globals";
import { type Tensor, toFloat64 } from "@yolo-compile/core";
import { runGraph } from "@yolo-compile/testkit";
import { ELEMENTWISE_FOLDS } from "../testing/fold-elementwise.js";
import { MOVEMENT_FOLDS } from "../testing/fold-movement.js";
import { GENERATION_FOLDS } from "../testing/generation.js";
import { type Case, folded, foldNodes, oneNode } from "../testing/one-node.js";
import { OPS, schemaOf } from "./index.js";

const CASES: readonly Case[] = [...ELEMENTWISE_FOLDS, ...GENERATION_FOLDS, ...MOVEMENT_FOLDS];
const opOf = ({ node }: Case): string => /= (\w+)\(/.exec(node)![1]!;

test("every op that folds has a case", () => {
  expect([...new Set(CASES.map(opOf))].sort()).toEqual(
    Object.keys(OPS)
      .filter((op) => schemaOf(op).fold)
      .sort(),
  );
});

test.each(CASES.map((one) => [one.node.replaceAll("\n", "; "), one] as const))("%s", (_, { node, gives }) => {
  expect(folded(node)).toBe(gives);
});

/** Cases that ONNX Runtime 1.30's CPU provider cannot compute, or computes wrongly. */
const NOT_COMPARED = [
  // No kernel for these element types.
  /bf16/,
  /[iu]8\[.*(Neg|Add)/s,
  /f16\[.*Sqrt/s,
  // It reads outside of the tensor where wrap pads by more than the axis has.
  /pads=\[4, 2\].*wrap/,
];

const isCompared = ({ node, gives }: Case): boolean =>
  !gives.startsWith("ir/") && !NOT_COMPARED.some((pattern) => pattern.test(node));

test("ONNX Runtime computes the same", async () => {
  for (const one of CASES.filter(isCompared)) {
    const graph = oneNode("", one.node);
    const found = await runGraph(graph);
    const expected = foldNodes(graph);
    expect(found.length).toBe(expected.length);
    found.forEach((tensor, index) => {
      expect(`${one.node} ${worst(tensor, expected[index]!)}`).toBe(`${one.node} 0`);
    });
  }
});

/** The error, in units in the last place of float32, that is allowed to ONNX Runtime, whose exp and tanh are approximations. */
const LAST_PLACES = 4;

/** The largest distance beyond {@link LAST_PLACES}, with nan equal to nan; 0 where all is well. */
function worst(found: Tensor, expected: Tensor): number {
  const [a, b] = [toFloat64(found), toFloat64(expected)];
  const allowed = found.dtype === "f32" ? LAST_PLACES * 2 ** -23 : 0;
  const errors = Array.from(a, (value, index) => {
    const error = Object.is(value, b[index]) || value === b[index] ? 0 : Math.abs(value - b[index]!);
    return error <= allowed * Math.abs(b[index]!) ? 0 : error;
  });
  return Math.max(0, ...errors);
}
